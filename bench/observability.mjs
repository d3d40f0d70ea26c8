// What being seen costs: Propylon with metrics, tracing and an access log, each and all, beside itself with none.
//
//   npm run bench:observability
//   npm run bench:observability -- --rounds 3 --seconds 1
//   npm run bench:observability -- --quick
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { startBackend } from './gateways/backend.mjs';
import { buildGo } from './gateways/go.mjs';
import { buildImages } from './gateways/image.mjs';
import { measure } from './gateways/measure.mjs';
import { Missing } from './gateways/missing.mjs';
import { propylon } from './gateways/peers/propylon.mjs';
import { micros, range } from './gateways/report.mjs';
import { scenarios } from './gateways/scenarios.mjs';
import { median } from './gateways/statistics.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
});
const options = {
  rounds: Number(values.rounds ?? (values.quick ? 1 : 9)),
  seconds: Number(values.seconds ?? (values.quick ? 0.2 : 1)),
  warmUpSeconds: values.quick ? 0.2 : 1.5,
  latency: false,
};

/** All of it together may add this much to a request, in microseconds of CPU. */
const addedUsMax = 10;

/** A collector that takes everything: in this process, not in the gateway's. */
const collector = createServer((request, response) => {
  request.resume().on('end', () => response.end());
});
await new Promise((resolve) => collector.listen(0, '127.0.0.1', resolve));

const noMetrics = { metrics: { enabled: false } };
const noLog = { log: { format: 'json', access: { mode: 'off' } } };
const traced = (ratio) => ({
  tracing: { endpoint: `http://127.0.0.1:${collector.address().port}`, ratio },
});
const logged = { log: { format: 'json', access: { mode: 'all' } } };
const settings = {
  off: ['nothing', { ...noMetrics, ...noLog }],
  metrics: ['metrics', noLog],
  log: ['an access log, to a file', { ...noMetrics, ...logged }],
  'trace-0': ['tracing, 0% sampled', { ...noMetrics, ...noLog, ...traced(0) }],
  'trace-1': ['tracing, 1% sampled', { ...noMetrics, ...noLog, ...traced(0.01) }],
  'trace-100': ['tracing, all sampled', { ...noMetrics, ...noLog, ...traced(1) }],
  all: ['metrics, tracing at 1% and an access log', { ...logged, ...traced(0.01) }],
};
const gateways = Object.entries(settings).map(([key, [title, more]]) =>
  propylon({ key: `seen-${key}`, title, about: title, more, logToFile: true }),
);

try {
  await run();
} catch (error) {
  if (!(error instanceof Missing)) throw error;
  console.error(`The bench cannot run here: ${error.message}.`);
  process.exitCode = 1;
} finally {
  collector.close();
  collector.closeAllConnections();
}

async function run() {
  const images = buildImages();
  const load = buildGo('load');
  const backend = await startBackend(buildGo('backend'), images.registry);
  try {
    for (const scenario of scenarios.filter(({ key }) => key === 'a' || key === 'b')) {
      const { columns } = await measure(scenario, gateways, { ...images, backend, load }, options);
      console.log(`\n${table(scenario, columns)}`);
    }
  } finally {
    await backend.stop();
  }
}

function table(scenario, columns) {
  const of = (key) => columns.find(({ peer }) => peer.key === `propylon-seen-${key}`);
  const off = of('off');
  const added = ({ cpuUs }) => cpuUs.map((us, round) => us - off.cpuUs[round]);
  const rows = columns.map((column) => {
    const more = column === off ? '' : `${micros(median(added(column)))} (${range(added(column))})`;
    return `| ${column.peer.title} | ${micros(median(column.cpuUs))} (${range(column.cpuUs)}) | ${more} |`;
  });
  const all = median(added(of('all')));
  return [
    `### ${scenario.key}: ${scenario.title}`,
    '',
    '| | CPU µs per request | added |',
    '|---|---:|---:|',
    ...rows,
    '',
    `All together add ${micros(all)} µs, at most ${addedUsMax} wanted: ${all <= addedUsMax ? 'met' : '**not met**'}.`,
    '',
  ].join('\n');
}
