// The gateway bench: Propylon beside its peers, in front of the same backend, all of them processes of their own.
//
//   npm run bench                          everything; prints, and writes bench/RESULTS.md
//   npm run bench -- --scenario a,c --peer propylon,envoy --rounds 3 --seconds 1
//   npm run bench -- --quick               whether it works and all answers agree
//   npm run bench -- --lock FILE           takes turns with others who hold flock(1) on FILE
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startBackend } from './backend.mjs';
import { root } from './cache.mjs';
import { buildGo, goVersion } from './go.mjs';
import { buildImages } from './image.mjs';
import { turnsAt } from './lock.mjs';
import { measure } from './measure.mjs';
import { Missing } from './missing.mjs';
import { envoy } from './peers/envoy.mjs';
import { floors } from './peers/floors.mjs';
import { grpcGateway } from './peers/grpc-gateway.mjs';
import { hono } from './peers/hono.mjs';
import { propylons } from './peers/propylon.mjs';
import { vanguard } from './peers/vanguard.mjs';
import { scenarioTable, targetTable } from './report.mjs';
import { resultsPage } from './results.mjs';
import { scenarios } from './scenarios.mjs';

const { values } = parseArgs({
  options: {
    scenario: { type: 'string' },
    peer: { type: 'string' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    lock: { type: 'string' },
  },
});
const options = {
  rounds: Number(values.rounds ?? (values.quick ? 1 : 5)),
  seconds: Number(values.seconds ?? (values.quick ? 0.2 : 1)),
  // Longer than compilers, of which each here but Go has one at run time, take to be done.
  warmUpSeconds: values.quick ? 0.2 : 4,
};
const isWhole = [values.scenario, values.peer, values.rounds, values.seconds].every(
  (value) => value === undefined,
);
const wanted = (list, key) => list === undefined || list.split(',').some((name) => key.startsWith(name));

try {
  await run();
} catch (error) {
  if (!(error instanceof Missing)) throw error;
  console.error(`The bench cannot run here: ${error.message}.`);
  process.exitCode = 1;
}

async function run() {
  const go = goVersion();
  const turns = turnsAt(values.lock);
  await turns.take();
  const images = buildImages();
  const { installed, missing } = install(images);
  const load = buildGo('load');
  const backendProgram = buildGo('backend');
  for (const { peer, version } of installed) console.log(`${peer.title}: ${version}`);
  for (const { peer, reason } of missing) console.log(`${peer.title}: missing, ${reason}`);

  const peers = installed.map(({ peer }) => peer);
  const backend = await startBackend(backendProgram, images.registry);
  const results = [];
  try {
    for (const scenario of scenarios.filter(({ key }) => wanted(values.scenario, key))) {
      await turns.take();
      const measured = await measure(scenario, peers, { ...images, backend, load }, options);
      turns.pass({ last: false });
      results.push({ scenario, ...measured });
      console.log(`\n${scenarioTable(results.at(-1), peers)}`);
    }
  } finally {
    turns.pass({ last: true });
    await backend.stop();
  }
  console.log(targetTable(results));
  if (!isWhole || values.quick) return;
  writeFileSync(
    join(root, 'bench/RESULTS.md'),
    resultsPage({ results, installed, missing, options, goVersion: go }),
  );
}

/** Each peer says its version, or that it is missing. */
function install(images) {
  const installed = [];
  const missing = [];
  for (const peer of [...propylons, grpcGateway, envoy, vanguard, hono, ...floors]) {
    if (!wanted(values.peer, peer.key)) continue;
    try {
      installed.push({ peer, version: peer.install(images) });
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      missing.push({ peer, reason: error.message });
    }
  }
  return { installed, missing };
}
