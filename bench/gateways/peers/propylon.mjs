import { join } from 'node:path';
import { root } from '../cache.mjs';
import { start } from '../process.mjs';

const main = join(root, 'dist/src/cli/main.js');

/** `propylon serve` as a user starts it, one process. */
const propylon = (transport) => ({
  key: `propylon-${transport}`,
  title: `Propylon, ${transport}`,
  install: () => `Node ${process.version}, one process, no policies`,
  async start({ backend, image }) {
    const args = [
      ...['serve', '--descriptors', image, '--backend', `*=${backend.grpcAddress}`],
      ...['--host', '127.0.0.1', '--port', '0', '--admin-port', '0'],
    ];
    const gateway = await start(process.execPath, [main, ...args], /listening http:\/\/(\S+)/);
    return { ...gateway, address: gateway.ready[1] };
  },
});

export const propylons = [propylon('grpc-js')];
