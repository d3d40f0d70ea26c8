// Makes the servers of the interoperability tests ready in .cache/interop: those in Go are built, grpcio installed.
// Quick when nothing has changed. Exits with 1 when one of them cannot be had, and names what is missing.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder, goBuild, installAll, pipInstall } from '../../../../scripts/toolchain.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const cache = cacheFolder('interop');

installAll({
  'grpc-go': () => goBuild(join(here, 'go'), '.', join(cache, 'grpc-go-server')),
  'go-control-plane': () =>
    goBuild(join(here, '../../xds/control-plane'), '.', join(cache, 'xds-control-plane')),
  'OpenTelemetry collector': () =>
    goBuild(join(here, '../../tracing/collector'), '.', join(cache, 'otel-collector')),
  grpcio: () =>
    pipInstall(
      'interop/python',
      readFileSync(join(here, 'python/requirements.txt'), 'utf8').trim().split('\n'),
    ),
});
