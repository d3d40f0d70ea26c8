import type { StoredAnswer } from './stored-answer.js';

/**
 * What was purged so far, of the labels of a method: as long as two marks are the same, nothing
 * was. Undefined where nobody can say; then nothing is stored.
 */
export type Mark = string | undefined;

/** What a store says of a key. */
export interface Found {
  readonly answer: StoredAnswer | undefined;
  readonly mark: Mark;
}

export interface MemoryUsage {
  readonly entries: number;
  readonly bytes: number;
  readonly bytesMax: number;
  /** Answers that left for others, so far. */
  readonly evictions: number;
}

/** Where answers are. Nothing of it rejects or takes long: a store that is away has nothing. */
export interface AnswerStore {
  /** Not a promise where the answer is at hand. `labels` are what may be purged of it, the same for each question. */
  find(key: string, labels: readonly string[]): Found | Promise<Found>;
  /** What `find` would say; nothing is younger or nearer for it. */
  look(key: string, labels: readonly string[]): Found | Promise<Found>;
  /** Stores an answer that was asked for when the mark was the one given: not where its labels were purged since. Whether it is likely to be there. */
  put(key: string, labels: readonly string[], answer: StoredAnswer, mark: Mark): boolean;
  /** What is in the memory of this process; undefined where nothing is kept there. */
  usage(): MemoryUsage | undefined;
  /** Whatever was asked for before is not given any more. False where the store is away. */
  purge(labels: readonly string[]): Promise<boolean>;
}
