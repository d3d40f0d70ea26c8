import { LRUCache } from 'lru-cache';
import type { Clock } from '../../clock.js';
import { type MemoryBounds, sizeOf } from './memory-store.js';
import type { AnswerStore, Found } from './store.js';

/** For how long an answer is given out of memory before the store behind is asked again. */
const nearMs = 1_000;

interface Near {
  readonly found: Found;
  readonly until: number;
}

/**
 * Memory before a store that others share: what many ask for within a second is read from it once.
 * So a purge by somebody else counts here a second later, and one by this process at once.
 */
export function createTieredStore(
  far: AnswerStore,
  { bytesMax }: Pick<MemoryBounds, 'bytesMax'>,
  clock: Clock,
): AnswerStore {
  let evictions = 0;
  const near = new LRUCache<string, Near>({
    maxSize: bytesMax,
    sizeCalculation: ({ found }) => sizeOf(found),
    dispose: (_entry, _key, why) => {
      if (why === 'evict') evictions += 1;
    },
  });
  let purges = 0;
  return {
    find(key, labels) {
      const known = near.get(key);
      if (known !== undefined && clock.now() < known.until) return known.found;
      const asked = far.find(key, labels);
      if (!(asked instanceof Promise)) return asked;
      const before = purges;
      return asked.then((found) => {
        if (found.answer !== undefined && purges === before)
          near.set(key, { found, until: clock.now() + nearMs });
        return found;
      });
    },
    look(key, labels) {
      const known = near.peek(key);
      return known !== undefined && clock.now() < known.until ? known.found : far.look(key, labels);
    },
    put: (key, labels, answer, mark) => far.put(key, labels, answer, mark),
    usage: () => ({ entries: near.size, bytes: near.calculatedSize, bytesMax, evictions }),
    purge(labels) {
      purges += 1;
      near.clear();
      return far.purge(labels);
    },
  };
}
