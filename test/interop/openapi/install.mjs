// Installs what the tests of generated clients use into .cache/openapi-clients: a TypeScript of their own, since
// openapi-typescript wants one that has an API. Quick when nothing has changed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packages = ['openapi-typescript@7.13.0', 'openapi-fetch@0.17.0', 'typescript@5.9.3', '@types/node@20'];
const cache = fileURLToPath(new URL('../../../.cache/openapi-clients/', import.meta.url));
const stamp = join(cache, '.installed');
const wanted = packages.join('\n');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  mkdirSync(cache, { recursive: true });
  writeFileSync(join(cache, 'package.json'), '{"private":true,"type":"module"}\n');
  const args = [
    'install',
    '--prefix',
    cache,
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    '--silent',
    ...packages,
  ];
  const { status } = spawnSync('npm', args, { stdio: 'inherit' });
  if (status === 0) writeFileSync(stamp, wanted);
  process.exitCode = status ?? 1;
}
