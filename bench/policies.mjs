// What policies cost: Propylon with each of them, and with all, beside itself without any.
//
//   npm run bench:policies
//   npm run bench:policies -- --rounds 3 --seconds 1
//   npm run bench:policies -- --quick
import { parseArgs } from 'node:util';
import { startBackend } from './gateways/backend.mjs';
import { buildGo } from './gateways/go.mjs';
import { authorization, policySets } from './gateways/guarded.mjs';
import { buildImages } from './gateways/image.mjs';
import { measure } from './gateways/measure.mjs';
import { Missing } from './gateways/missing.mjs';
import { floors } from './gateways/peers/floors.mjs';
import { propylon, propylons } from './gateways/peers/propylon.mjs';
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
  rounds: Number(values.rounds ?? (values.quick ? 1 : 7)),
  seconds: Number(values.seconds ?? (values.quick ? 0.2 : 1)),
  warmUpSeconds: values.quick ? 0.2 : 1.5,
  latency: false,
};

/** All of them together may add this much to the small GET, in microseconds of CPU per request. */
const addedUsMax = 15;

/** Of descriptors without rules, or validation would not be added to it. */
const open = { ...propylons[0], start: (setup) => propylons[0].start({ ...setup, image: setup.bare }) };
const withPolicies = (key, title, set) =>
  propylon({ key: `with-${key}`, title, about: title, more: policySets[set], headers: authorization });
const gateways = [
  open,
  withPolicies('jwt', 'a remembered JWT and a scope', 'jwt'),
  withPolicies('limit', 'a limit in memory', 'limit'),
  withPolicies('validation', 'validation', 'validation'),
  withPolicies('all', 'JWT, scope, limit and validation', 'all'),
  withPolicies('cache', 'answered from the cache', 'cache'),
  withPolicies('cached', 'all of them, answered from the cache', 'cached'),
];

try {
  await run();
} catch (error) {
  if (!(error instanceof Missing)) throw error;
  console.error(`The bench cannot run here: ${error.message}.`);
  process.exitCode = 1;
}

async function run() {
  const images = buildImages();
  const image = images.imageWithRules;
  const load = buildGo('load');
  const backend = await startBackend(buildGo('backend'), images.registry);
  try {
    for (const scenario of scenarios.filter(({ key }) => key === 'a' || key === 'b')) {
      // A POST is never answered from a cache.
      const peers = [
        ...gateways.filter(({ key }) => scenario.key === 'a' || !key.includes('cache')),
        ...floors,
      ];
      const { columns } = await measure(
        scenario,
        peers,
        { ...images, image, bare: images.image, backend, load },
        options,
      );
      console.log(`\n${table(scenario, columns)}`);
    }
  } finally {
    await backend.stop();
  }
}

function table(scenario, columns) {
  const of = (key) => columns.find(({ peer }) => peer.key === key);
  const added = ({ cpuUs }) => cpuUs.map((us, round) => us - of(open.key).cpuUs[round]);
  const rows = columns
    .filter(({ peer }) => peer.only === undefined)
    .map((column) => {
      const more = column.peer === open ? '' : `${micros(median(added(column)))} (${range(added(column))})`;
      const title = column.peer === open ? 'no policies' : column.peer.title;
      return `| ${title} | ${micros(median(column.cpuUs))} (${range(column.cpuUs)}) | ${more} |`;
    });
  const all = median(added(of('propylon-with-all')));
  return [
    `### ${scenario.key}: ${scenario.title}`,
    '',
    '| | CPU µs per request | added |',
    '|---|---:|---:|',
    ...rows,
    '',
    `All together add ${micros(all)} µs, at most ${addedUsMax} wanted: ${met(all <= addedUsMax)}.`,
    ...hitLine(of),
    '',
  ].join('\n');
}

/** What a hit takes in place of a call: each beside the gateway that does neither. */
function hitLine(of) {
  const [hit, callless] = [of('propylon-with-cache'), of('floor-gateway')];
  if (hit === undefined || callless === undefined) return [];
  const above = ({ cpuUs }) => median(cpuUs.map((us, round) => us - callless.cpuUs[round]));
  const [cached, called] = [above(hit), above(of(open.key))];
  return [
    `Of ${micros(median(callless.cpuUs))} without either, a call to the backend takes ${micros(called)} µs more and an answer out of the cache ${micros(cached)}; less than half wanted: ${met(cached < called / 2)}.`,
  ];
}

function met(isMet) {
  return isMet ? 'met' : '**not met**';
}
