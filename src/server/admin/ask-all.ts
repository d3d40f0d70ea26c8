import { keepCounts } from '../../telemetry/index.js';
import type { Ask, Merges, OperationName } from './operation.js';
import { mergeHealth } from './operations/health.js';
import { mergeLive } from './operations/live.js';
import { mergeLogLevels } from './operations/log-level.js';
import { mergePurges } from './operations/purge.js';
import { mergeReloads } from './operations/reload.js';
import { mergeUpstreams } from './operations/upstreams.js';

const merges: Omit<Merges, 'metrics'> = {
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
};

/** What one process answers for all. */
const ofOne: ReadonlySet<OperationName> = new Set(['explain']);

/** What is done in all processes or not done. */
const forAll: ReadonlySet<OperationName> = new Set(['purge', 'logLevel', 'drain', 'reload']);

/** Who should have answered has not: there is none, or one of all that must. */
export class Unanswered extends Error {}

/**
 * Asks all processes that there are, and makes one answer of theirs: one that does not answer is left out where it is
 * told of itself. What it has counted before counts on. Rejects with Unanswered.
 */
export function askAll(processes: () => readonly Ask[]): Ask {
  const all: Merges = { ...merges, metrics: keepCounts() };
  return async (name, args) => {
    const asked = await Promise.allSettled(askedOf(name, processes()).map((ask) => ask(name, args)));
    const results = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    if (!isSome(results)) throw new Unanswered('No process answers at the moment.');
    const missing = asked.length - results.length;
    if (missing > 0 && forAll.has(name)) {
      throw new Unanswered(
        `${missing} of ${asked.length} processes have not answered; they may do so later.`,
      );
    }
    return all[name](results);
  };
}

/** A result may be undefined; no result is something else. */
function isSome<T>(results: readonly T[]): results is readonly [T, ...T[]] {
  return results.length > 0;
}

function askedOf(name: OperationName, processes: readonly Ask[]): readonly Ask[] {
  return ofOne.has(name) ? processes.slice(0, 1) : processes;
}
