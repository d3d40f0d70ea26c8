import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../cache.mjs';
import { importRoots } from '../image.mjs';
import { nodeProgram } from '../node.mjs';
import { start } from '../process.mjs';

const program = fileURLToPath(new URL('../hono-gateway.mjs', import.meta.url));

export const hono = {
  key: 'hono',
  title: 'Hono + grpc-js by hand',
  install() {
    nodeProgram();
    const require = createRequire(import.meta.url);
    const versions = ['hono', '@hono/node-server', '@grpc/grpc-js', '@grpc/proto-loader'].map((name) => {
      const file = join(root, 'node_modules', name, 'package.json');
      return `${name} ${require(file).version}`;
    });
    return `${versions.join(', ')}, one process`;
  },
  async start({ backend, otherTemplates, scenario }) {
    const others = scenario.manyRoutes ? readFileSync(otherTemplates, 'utf8').split('\n') : [];
    const args = [program, backend.grpcAddress, String(others.length), ...importRoots];
    const gateway = await start(nodeProgram(), args, /listening (\d+)/);
    return { ...gateway, address: `127.0.0.1:${gateway.ready[1]}` };
  },
  // What a hand-written gateway of this kind answers instead, and why that is no mistake of the bench.
  differs: { g: 'its errors have no details' },
};
