import { mergeMetrics } from '../../telemetry/index.js';
import type { Ask, Merges, OperationName } from './operation.js';
import { mergeHealth } from './operations/health.js';
import { mergeLive } from './operations/live.js';
import { mergeLogLevels } from './operations/log-level.js';
import { mergePurges } from './operations/purge.js';
import { mergeReloads } from './operations/reload.js';
import { mergeUpstreams } from './operations/upstreams.js';

const merges: Merges = {
  health: mergeHealth,
  routes: ([first]) => first,
  jwks: (all) => ({ keys: all.flatMap(({ keys }) => keys) }),
  purge: mergePurges,
  live: mergeLive,
  explain: ([first]) => first,
  upstreams: (all) => mergeUpstreams(all.flat()),
  config: ([first]) => first,
  logLevel: mergeLogLevels,
  drain: mergeHealth,
  reload: mergeReloads,
  metrics: mergeMetrics,
};

/** What one process answers for all. */
const ofOne: ReadonlySet<OperationName> = new Set(['explain']);

/** Asks all processes that serve now, and makes one answer of theirs. Rejects when there is none. */
export function askAll(processes: () => readonly Ask[]): Ask {
  return async (name, args) => {
    const results = await Promise.all(asked(name, processes()).map((ask) => ask(name, args)));
    if (!isSome(results)) throw new Error('No process serves at the moment.');
    return merges[name](results);
  };
}

/** A result may be undefined; no result is something else. */
function isSome<T>(results: readonly T[]): results is readonly [T, ...T[]] {
  return results.length > 0;
}

function asked(name: OperationName, processes: readonly Ask[]): readonly Ask[] {
  return ofOne.has(name) ? processes.slice(0, 1) : processes;
}
