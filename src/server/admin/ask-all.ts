import type { Ask, Merges } from './operation.js';
import { mergeHealth } from './operations/health.js';
import { mergeLive } from './operations/live.js';
import { mergePurges } from './operations/purge.js';

const merges: Merges = {
  health: mergeHealth,
  routes: ([first]) => first,
  jwks: (all) => ({ keys: all.flatMap(({ keys }) => keys) }),
  purge: mergePurges,
  live: mergeLive,
};

/** Asks all processes that serve now, and makes one answer of theirs. Rejects when there is none. */
export function askAll(processes: () => readonly Ask[]): Ask {
  return async (name, args) => {
    const [first, ...others] = await Promise.all(processes().map((ask) => ask(name, args)));
    if (first === undefined) throw new Error('No process serves at the moment.');
    return merges[name]([first, ...others]);
  };
}
