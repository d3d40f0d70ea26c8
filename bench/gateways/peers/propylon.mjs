import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, root } from '../cache.mjs';
import { authorization, policySets } from '../guarded.mjs';
import { nodeFlags, nodeProgram, nodeVersion } from '../node.mjs';
import { start } from '../process.mjs';

const main = join(root, 'dist/src/cli/main.js');

/**
 * `propylon serve`, one process; `more` is what else stands in its propylon.yaml, `headers` what its clients send.
 * With `logToFile` its standard error is a file; `only` is the scenario that it is measured in, where not in all.
 */
export const propylon = ({
  key,
  title,
  about,
  transport = 'http2',
  more = {},
  headers = [],
  logToFile = false,
  node = nodeProgram,
  only = undefined,
}) => ({
  key: `propylon-${key}`,
  title,
  headers,
  only,
  install() {
    node();
    return `node ${nodeFlags.join(' ')}, one process, ${about}`;
  },
  async start({ backend, image }) {
    const config = join(cacheFolder('run'), `propylon-${key}.yaml`);
    writeFileSync(
      config,
      JSON.stringify({ ...configuration(transport, backend.grpcAddress, image), ...more }),
    );
    const gateway = await start(
      node(),
      [...nodeFlags, main, 'serve', '--config', config],
      /listening http:\/\/(\S+)/,
      {},
      logToFile ? join(cacheFolder('run'), `propylon-${key}.log`) : undefined,
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

const open = (transport) =>
  propylon({ key: transport, title: `Propylon, ${transport}`, about: 'no policies', transport });

/** Beside scenario f: what the other 9,999 routes cost is not to be mixed up with what another hour costs. */
const few = propylon({
  key: 'few',
  title: 'Propylon with few routes',
  about: 'http2, beside scenario f',
  only: 'f',
});

/** On the Node that runs the bench, where that is another one. */
const onThisNode = propylon({
  key: 'this-node',
  title: `Propylon on Node ${process.version}`,
  about: 'http2, beside scenario a',
  node: () => process.execPath,
  only: 'a',
});

export const propylons = [
  open('http2'),
  open('grpc-js'),
  ...(process.version === `v${nodeVersion}` ? [] : [onThisNode]),
  { ...few, start: (setup) => few.start({ ...setup, image: setup.plainImage }) },
  propylon({
    key: 'guarded',
    title: 'Propylon, policies on',
    about: 'http2; a JWT that it remembers, a scope, a limit per principal, validation',
    more: policySets.all,
    headers: authorization,
  }),
];
