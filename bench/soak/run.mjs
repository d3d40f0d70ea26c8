// The soak: one gateway with policies and observability on, at 70% of what it can take, for half an hour. Memory,
// sockets and event-loop delay must stay flat, and no answer may be another than the one that is expected.
//
//   npm run soak                            30 minutes; prints, and writes bench/SOAK.md and bench/soak.svg
//   npm run soak -- --minutes 5             printed only
//   npm run soak -- --quick                 whether it works, in 20 s
import { readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startBackend } from '../gateways/backend.mjs';
import { cacheFolder, root } from '../gateways/cache.mjs';
import { buildGo } from '../gateways/go.mjs';
import { authorization, policySets } from '../gateways/guarded.mjs';
import { buildImages } from '../gateways/image.mjs';
import { nodeFlags } from '../gateways/node.mjs';
import { output, start, usage } from '../gateways/process.mjs';
import { requestBytes, scenarios } from '../gateways/scenarios.mjs';
import { page } from './page.mjs';
import { plot } from './plot.mjs';
import { verdicts } from './verdicts.mjs';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
});
const minutes = Number(values.minutes ?? (values.quick ? 1 / 3 : 30));
const isWhole = values.minutes === undefined && !values.quick;
/** Of the CPU that one process can use; what each kind of request takes of it. */
const share = 0.7;
const mix = { a: 0.35, b: 0.2, c: 0.2, e: 0.15, g: 0.1 };
/** Each run of the load opens connections anew: sockets come and go all the time. */
const sliceSeconds = values.quick ? 4 : 30;
const sampleMs = values.quick ? 500 : 5_000;

const load = buildGo('load');
const { imageWithRules: image, registry } = buildImages();
const backend = await startBackend(buildGo('backend'), registry);
const gateway = await startGateway();
try {
  const rates = await steadyRates();
  const startedAt = Date.now();
  const endsAt = startedAt + minutes * 60_000;
  const requests = { count: 0 };
  const loads = Object.entries(rates).map(([key, rate]) => keepAsking(key, rate, endsAt, requests));
  const [samples] = await Promise.all([watch(startedAt, endsAt), ...loads]);
  const judged = verdicts(samples);
  const text = page({ samples, judged, rates, requests: requests.count, minutes, share });
  process.stdout.write(`\n${text}`);
  if (isWhole) {
    writeFileSync(join(root, 'bench/SOAK.md'), text);
    writeFileSync(join(root, 'bench/soak.svg'), plot(samples));
  }
  if (!values.quick && judged.some(({ met }) => !met)) process.exitCode = 1;
} finally {
  await Promise.all([gateway.stop(), backend.stop()]);
}

async function startGateway() {
  const config = join(cacheFolder('run'), 'soak.yaml');
  writeFileSync(
    config,
    JSON.stringify({
      sources: { descriptors: [image] },
      backends: { '*': backend.grpcAddress },
      listen: { host: '127.0.0.1', port: 0, adminPort: 0 },
      ...policySets.all,
    }),
  );
  const argv = [
    ...nodeFlags,
    join(root, 'dist/src/cli/main.js'),
    'serve',
    '--config',
    config,
    '--access-log',
  ];
  const started = await start(process.execPath, argv, /listening http:\/\/(\S+) admin (\S+)/);
  const [, address, admin] = started.ready;
  return { ...started, address, admin };
}

function fire(key, seconds, rate) {
  const scenario = scenarios.find((one) => one.key === key);
  const request = join(cacheFolder('run'), `soak-${key}.request`);
  writeFileSync(request, requestBytes(scenario, authorization));
  return output(load, [
    ...['-address', gateway.address, '-request', request, '-status', String(scenario.httpStatus ?? 200)],
    ...['-connections', String(scenario.connections), '-seconds', String(seconds), '-rate', String(rate)],
  ]).then(JSON.parse);
}

/** Requests per second of each kind that together take the share: by their CPU, one kind after the other. */
async function steadyRates() {
  const rates = {};
  for (const [key, part] of Object.entries(mix)) {
    await fire(key, values.quick ? 0.5 : 2, 0);
    const before = usage(gateway.pid);
    const { requests } = await fire(key, values.quick ? 0.5 : 4, 0);
    const cpuUs = (usage(gateway.pid).cpuUs - before.cpuUs) / requests;
    rates[key] = Math.max(1, Math.floor((share * part * 1e6) / cpuUs));
  }
  // Apart and saturated, requests share writes that they pay for alone at a steady rate: what they take together is measured.
  for (let round = 0; round < 3; round++) {
    const seconds = values.quick ? 1 : 5;
    const before = { at: Date.now(), ...usage(gateway.pid) };
    await Promise.all(Object.entries(rates).map(([key, rate]) => fire(key, seconds, rate)));
    const taken = (usage(gateway.pid).cpuUs - before.cpuUs) / 1_000 / (Date.now() - before.at);
    for (const key of Object.keys(rates)) rates[key] = Math.max(1, Math.floor((rates[key] * share) / taken));
  }
  return rates;
}

/** Rejects when a connection breaks or an answer has another status than it should. */
async function keepAsking(key, rate, endsAt, requests) {
  for (let leftMs = endsAt - Date.now(); leftMs > 1_000; leftMs = endsAt - Date.now()) {
    const { requests: count } = await fire(key, Math.min(sliceSeconds, leftMs / 1_000), rate);
    requests.count += count;
  }
}

async function watch(startedAt, endsAt) {
  const samples = [];
  let before = { at: Date.now(), ...usage(gateway.pid) };
  while (Date.now() < endsAt) {
    await sleep(sampleMs);
    const now = { at: Date.now(), ...usage(gateway.pid) };
    const metrics = await (await fetch(`${gateway.admin}/metrics`)).text();
    samples.push({
      second: (now.at - startedAt) / 1_000,
      residentMb: now.residentMb,
      heapMb: sumOf(metrics, 'v8js_memory_heap_used_bytes') / 2 ** 20,
      sockets: socketsOf(gateway.pid),
      loopDelayMs: sumOf(metrics, 'nodejs_eventloop_delay_p99_seconds') * 1_000,
      cpuShare: (now.cpuUs - before.cpuUs) / 1_000 / (now.at - before.at),
    });
    before = now;
    const { second, residentMb, heapMb, sockets, loopDelayMs, cpuShare } = samples.at(-1);
    console.log(
      `${second.toFixed(0).padStart(5)} s  ${residentMb.toFixed(0)} MB resident  ${heapMb.toFixed(0)} MB heap  ${sockets} sockets  ${loopDelayMs.toFixed(1)} ms delay  ${(100 * cpuShare).toFixed(0)}% CPU`,
    );
  }
  return samples;
}

function sumOf(metrics, name) {
  const lines = metrics
    .split('\n')
    .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

function socketsOf(pid) {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).filter((name) => {
    try {
      return readlinkSync(join(folder, name)).startsWith('socket:');
    } catch {
      return false;
    }
  }).length;
}
