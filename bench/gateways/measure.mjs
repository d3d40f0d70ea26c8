// One scenario: all gateways side by side, one under load at a time, in turns.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkAnswer } from './agree.mjs';
import { expectedValues } from './backend.mjs';
import { cacheFolder } from './cache.mjs';
import { output, usage } from './process.mjs';
import { requestBytes } from './scenarios.mjs';
import { median } from './statistics.mjs';

/** Of the saturation of the slower of Propylon and Envoy. */
const steadyShare = 0.3;
/** A gateway is asked for its latency only at rates below this share of its saturation. */
const bearableShare = 0.8;
/** The ones that decide on the rate. */
const decides = (key) => key === 'envoy' || key === 'propylon-http2' || key === 'propylon-grpc-js';

/**
 * Resolves with `{ rate, columns }`, a column per peer: `cpuUs`, `perSecond`, `p50Us` and `p99Us` by round, and
 * `residentMb`. `p50Us` and `p99Us` are absent where the gateway cannot bear the rate.
 */
export async function measure(scenario, peers, setup, options) {
  const { backend, registry, load } = setup;
  const image = scenario.manyRoutes ? setup.imageOfRoutes : setup.image;
  const columns = [];
  const fire = (address, seconds, rate = 0, headers = []) => {
    const request = join(cacheFolder('run'), `${scenario.key}.request`);
    writeFileSync(request, requestBytes(scenario, headers));
    return output(load, [
      ...['-address', address, '-request', request, '-status', String(scenario.httpStatus ?? 200)],
      ...['-connections', String(rate === 0 ? scenario.connections : 64)],
      ...['-seconds', String(seconds), '-rate', String(rate)],
    ]).then(JSON.parse);
  };
  const fireAt = ({ peer, gateway }, seconds, rate) => fire(gateway.address, seconds, rate, peer.headers);

  const rounds = options.rounds * (scenario.times ?? 1);

  try {
    for (const peer of peers) {
      if (peer.cannot?.[scenario.key] !== undefined || (peer.only ?? scenario.key) !== scenario.key) continue;
      const gateway = await peer.start({ ...setup, image, plainImage: setup.image, scenario });
      columns.push({ peer, gateway, cpuUs: [], perSecond: [], p50Us: [], p99Us: [] });
      await checkAnswer(peer, gateway.address, scenario, expectedValues(registry, scenario));
      await fireAt(columns.at(-1), options.warmUpSeconds);
    }
    for (let round = 0; round < rounds; round++) {
      for (const column of inTurn(columns, round)) {
        const { pid } = column.gateway;
        const before = usage(pid);
        const { requests, seconds } = await fireAt(column, options.seconds);
        const after = usage(pid);
        column.cpuUs.push((after.cpuUs - before.cpuUs) / requests);
        column.perSecond.push(requests / seconds);
        column.residentMb = after.residentMb;
      }
    }
    if (options.latency === false) return { columns };
    const rate = steadyRate(columns);
    const bearing = columns.filter(
      ({ peer, perSecond }) => peer.only === undefined && rate < bearableShare * median(perSecond),
    );
    const bare = [];
    for (let round = 0; round < rounds; round++) {
      bare.push(await fire(backend.httpAddress, options.seconds, rate));
      for (const column of inTurn(bearing, round)) {
        const { p50, p99 } = await fireAt(column, options.seconds, rate);
        column.p50Us.push(p50);
        column.p99Us.push(p99);
      }
    }
    for (const column of bearing) {
      column.p50Us = added(
        column.p50Us,
        bare.map(({ p50 }) => p50),
      );
      column.p99Us = added(
        column.p99Us,
        bare.map(({ p99 }) => p99),
      );
    }
    return { rate, columns };
  } finally {
    await Promise.all(columns.map(({ gateway }) => gateway.stop()));
  }
}

/** The best Propylon there is, or Envoy: whichever takes less. */
function steadyRate(columns) {
  const deciding = columns.filter(({ peer }) => decides(peer.key));
  const [first = columns[0], ...others] = deciding;
  const best = (key) =>
    Math.max(
      ...deciding.filter(({ peer }) => peer.key.startsWith(key)).map(({ perSecond }) => median(perSecond)),
    );
  const slower =
    others.length === 0 ? median(first.perSecond) : Math.min(best('propylon'), finite(best('envoy')));
  return Math.max(1, Math.floor(steadyShare * slower));
}

const finite = (value) => (value === -Infinity ? Infinity : value);

/**
 * What load and backend take by themselves is no latency of a gateway's. It is taken off as it is in the middle: what
 * disturbs it for a second disturbs no other second.
 */
function added(latencies, bare) {
  const usual = median(bare);
  return latencies.map((latency) => latency - usual);
}

/** Another one begins in each round. */
function inTurn(list, round) {
  const first = list.length === 0 ? 0 : round % list.length;
  return [...list.slice(first), ...list.slice(0, first)];
}
