// Time to ready and memory with all of googleapis, beside the plain way in the same run: a
// @bufbuild/protobuf registry and one regular expression per binding. Rounds alternate; medians.
//   npm run bench:ready [-- --rounds N]
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { googleapisImage } from './googleapis-image.mjs';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });
const image = googleapisImage();
const program = (path) => fileURLToPath(new URL(path, import.meta.url));
const serve = [
  'serve',
  '--descriptors',
  image,
  '--backend',
  '*=127.0.0.1:1',
  '--port',
  '0',
  '--admin-port',
  '0',
];

/** CPU milliseconds (user + system) and resident megabytes of a process, from /proc. */
function usage(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const megabytes = (key) => Number(new RegExp(`${key}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
  return {
    cpuMs: (Number(fields[11]) + Number(fields[12])) * 10,
    residentMb: megabytes('VmRSS'),
    peakMb: megabytes('VmHWM'),
  };
}

async function measure(args, ready, afterwards) {
  const start = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const line = await new Promise((resolve, reject) => {
    const read = (chunk) => {
      output += chunk;
      const match = ready.exec(output);
      if (match !== null) resolve(match);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('exit', (code) => reject(new Error(`ended with ${code}: ${output.slice(-2000)}`)));
  });
  const readyMs = performance.now() - start;
  const result = { readyMs, ...usage(child.pid), ...(await afterwards(line, child.pid)) };
  child.removeAllListeners('exit');
  child.kill('SIGKILL');
  return result;
}

/** CPU microseconds per routed request: 405s on the longest kind of path, so that nothing but routing runs. */
async function routing([, url], pid) {
  const path = '/v1/projects/p/locations/l/clusters/c/nodePools/n';
  const request = () => fetch(`${url}${path}`, { method: 'PATCH' }).then((r) => r.arrayBuffer());
  for (let i = 0; i < 500; i++) await request();
  const before = usage(pid).cpuMs;
  const count = 3000;
  for (let i = 0; i < count; i++) await request();
  return { requestUs: ((usage(pid).cpuMs - before) * 1000) / count };
}

const rounds = { propylon: [], registry: [] };
for (let i = 0; i < Number(values.rounds); i++) {
  rounds.propylon.push(
    await measure([program('../dist/src/cli/main.js'), ...serve], /listening (http:\/\/\S+) admin/, routing),
  );
  rounds.registry.push(await measure([program('./plain-registry.mjs'), image], /ready/, async () => ({})));
}
const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
const column = (name, key) => median(rounds[name].map((r) => r[key]));
const row = (title, key, unit) => {
  const [ours, plain] = [column('propylon', key), column('registry', key)];
  return `| ${title} | ${ours.toFixed(0)} ${unit} | ${plain.toFixed(0)} ${unit} | ${(ours / plain).toFixed(2)} |`;
};
console.log(
  `all of googleapis, ${values.rounds} alternating rounds, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}\n`,
);
console.log('| | propylon serve | plain registry + regular expressions | ratio |\n|---|---|---|---|');
console.log(row('time to ready', 'readyMs', 'ms'));
console.log(row('CPU until ready', 'cpuMs', 'ms'));
console.log(row('resident when ready', 'residentMb', 'MB'));
console.log(row('peak', 'peakMb', 'MB'));
console.log(
  `\nA whole refused request (405) among these routes: ${column('propylon', 'requestUs').toFixed(0)} µs of CPU, HTTP included.`,
);
