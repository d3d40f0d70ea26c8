// Installs what the tests of the contract run against the demo into .cache: generators of clients (with a TypeScript of
// their own, since openapi-typescript wants one that has an API), Schemathesis, newman. Quick when nothing has changed.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { googleapisImage } from '../../../bench/googleapis-image.mjs';
import { cacheFolder, installAll, pipInstall, run } from '../../../scripts/toolchain.mjs';

const requirements = fileURLToPath(new URL('requirements.txt', import.meta.url));

function npmInstall(name, packages) {
  const folder = cacheFolder(name);
  const stamp = join(folder, '.installed');
  const wanted = packages.join('\n');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}\n');
  const options = ['--no-audit', '--no-fund', '--ignore-scripts', '--silent'];
  run('npm', ['install', '--prefix', folder, ...options, ...packages]);
  writeFileSync(stamp, wanted);
}

installAll({
  'openapi-typescript and openapi-fetch': () =>
    npmInstall('openapi-clients', [
      'openapi-typescript@7.13.0',
      'openapi-fetch@0.17.0',
      'typescript@5.9.3',
      '@types/node@20',
    ]),
  'googleapis protos': () => void googleapisImage(),
  newman: () => npmInstall('newman', ['newman@6.2.2']),
  'Schemathesis and openapi-python-client': () =>
    pipInstall('python', readFileSync(requirements, 'utf8').trim().split('\n')),
});
