// Time to ready, and to the first answer, of the demo shop's gateway: with functions that are compiled on first use, with a
// module of codecs, and with one in a process that may not compile. Rounds alternate; medians.
//   npm run bench:codecs-ready [-- --rounds N]
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startDemoBackends } from '../dist/src/demo/index.js';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '7' } } });
const main = fileURLToPath(new URL('../dist/src/cli/main.js', import.meta.url));
const image = fileURLToPath(new URL('../gen/image.binpb', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'propylon-ready-'));
const codecs = join(folder, 'codecs.mjs');
spawnSync(process.execPath, [main, 'codec', '--descriptors', image, '--out', codecs], { stdio: 'inherit' });

// The shop's own backends compile functions: they run here.
const shop = await startDemoBackends();
const serving = ['--descriptors', image, '--port', '0', '--admin-port', '0'].concat(
  shop.backends.flatMap(({ selector, target }) => ['--backend', `${selector}=${target}`]),
);

/** CPU milliseconds of a process so far. */
function cpuMs(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function measure(flags, more) {
  const args = [...flags, main, 'serve', ...serving, ...more];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  let output = '';
  const url = await new Promise((resolve) => {
    child.stdout.on('data', (chunk) => {
      output += chunk;
      const found = /listening (http:\/\/\S+) admin/.exec(output);
      if (found !== null) resolve(found[1]);
    });
  });
  const readyMs = cpuMs(child.pid);
  // The connection, and what any request needs once.
  await (await fetch(`${url}/v1/none`)).arrayBuffer();
  const start = performance.now();
  await (await fetch(`${url}/v1/products?page_size=50`)).arrayBuffer();
  const firstMs = performance.now() - start;
  child.kill('SIGKILL');
  return { readyMs, firstMs };
}

const kinds = {
  'compiled on first use': [[], []],
  'a module of codecs': [[], ['--codecs', codecs]],
  'the same, and nothing may be compiled': [
    ['--disallow-code-generation-from-strings'],
    ['--codecs', codecs],
  ],
};
const rounds = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, []]));
for (let i = 0; i < Number(values.rounds); i++)
  for (const [kind, args] of Object.entries(kinds)) rounds[kind].push(await measure(...args));
rmSync(folder, { recursive: true });
await shop.close();

const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
console.log('| | CPU until ready | first answer |\n|---|---|---|');
for (const [kind, list] of Object.entries(rounds)) {
  const [ready, first] = ['readyMs', 'firstMs'].map((key) => median(list.map((one) => one[key])));
  console.log(`| ${kind} | ${ready.toFixed(0)} ms | ${first.toFixed(1)} ms |`);
}
