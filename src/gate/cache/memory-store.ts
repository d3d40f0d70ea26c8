import { LRUCache } from 'lru-cache';
import type { AnswerStore, Found, Mark } from './store.js';
import type { StoredAnswer } from './stored-answer.js';

/** Bounds of answers in memory, in bytes. */
export interface MemoryBounds {
  readonly bytesMax: number;
  readonly entryBytesMax: number;
}

/** What an entry costs besides its body: its key, its header fields, its place in the table. */
const entryOverheadBytes = 1_024;

/** Compressed forms of a body are kept with it, and are smaller. */
export function sizeOf({ answer }: Found): number {
  return 2 * (answer?.body.length ?? 0) + entryOverheadBytes;
}

interface Entry {
  readonly found: Found;
}

/** Answers of this process, the least recently used leaving first. */
export function createMemoryStore({ bytesMax, entryBytesMax }: MemoryBounds): AnswerStore {
  let evictions = 0;
  const entries = new LRUCache<string, Entry>({
    maxSize: bytesMax,
    sizeCalculation: ({ found }) => sizeOf(found),
    dispose: (_entry, _key, why) => {
      if (why === 'evict') evictions += 1;
    },
  });
  const purges = new Map<string, number>();
  // Each only grows, so that the sum is another one as soon as one of them is.
  const markOf = (labels: readonly string[]): string => {
    if (purges.size === 0) return '0';
    return String(labels.reduce((sum, label) => sum + (purges.get(label) ?? 0), 0));
  };
  const unlessPurged = (found: Found | undefined, labels: readonly string[]): Found => {
    const mark = markOf(labels);
    return found?.mark === mark ? found : { answer: undefined, mark };
  };
  return {
    find: (key, labels) => unlessPurged(entries.get(key)?.found, labels),
    look: (key, labels) => unlessPurged(entries.peek(key)?.found, labels),
    put(key: string, labels: readonly string[], answer: StoredAnswer, mark: Mark) {
      if (markOf(labels) !== mark || answer.body.length > entryBytesMax) return false;
      entries.set(key, { found: { answer, mark } });
      return true;
    },
    usage: () => ({ entries: entries.size, bytes: entries.calculatedSize, bytesMax, evictions }),
    purge(labels) {
      for (const label of labels) purges.set(label, (purges.get(label) ?? 0) + 1);
      return Promise.resolve(true);
    },
  };
}
