import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, root } from '../cache.mjs';
import { start } from '../process.mjs';

const main = join(root, 'dist/src/cli/main.js');

/** As manifests/Dockerfile starts it. */
const nodeFlags = ['--min-semi-space-size=16'];

/** `propylon serve`, one process. */
const propylon = (transport) => ({
  key: `propylon-${transport}`,
  title: `Propylon, ${transport}`,
  install: () => `node ${nodeFlags.join(' ')}, one process, no policies`,
  async start({ backend, image }) {
    const config = join(cacheFolder('run'), `propylon-${transport}.yaml`);
    writeFileSync(config, JSON.stringify(configuration(transport, backend.grpcAddress, image)));
    const gateway = await start(
      process.execPath,
      [...nodeFlags, main, 'serve', '--config', config],
      /listening http:\/\/(\S+)/,
    );
    return { ...gateway, address: gateway.ready[1] };
  },
});

/** JSON is YAML too. */
const configuration = (transport, target, image) => ({
  sources: { descriptors: [image] },
  backends: { '*': { target, transport } },
  listen: { host: '127.0.0.1', port: 0, adminPort: 0 },
});

export const propylons = [propylon('http2'), propylon('grpc-js')];
