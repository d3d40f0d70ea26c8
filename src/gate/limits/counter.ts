import type { KeyTable } from './key-table.js';
import type { Rate } from './rate.js';

/** One limit and who has used how much of it; methods of one group share it. */
export interface Limit {
  /** The same in all gateways of a fleet. */
  readonly id: string;
  /** As clients read it in RateLimit fields: printable ASCII. */
  readonly name: string;
  readonly rate: Rate;
  readonly keys: KeyTable;
}

/** What one request takes of one limit. */
export interface Hit {
  readonly limit: Limit;
  /** Begins with a letter: V8 hashes texts that are numbers without a secret. */
  readonly key: string;
  readonly cost: number;
  /** What is left for the key, once the counter has spoken; undefined where nobody can say. */
  remaining: number | undefined;
  /** Milliseconds until everything is left again. */
  resetMs: number;
}

/** No, and when it would be yes. */
export interface Exceeded {
  readonly limit: Limit;
  readonly waitMs: number;
}

/** What a counter says: nothing where all limits let the request through. */
export type Count = Exceeded | 'unavailable' | undefined;

/** Counts requests. What one limit refuses takes nothing of the others. */
export interface Counter {
  /** Stays on the stack where it can. Never rejects. */
  take(hits: readonly Hit[]): Count | Promise<Count>;
  /** What `take` would say, of the hits too; takes nothing. */
  look(hits: readonly Hit[]): Count | Promise<Count>;
  /** Gives back what a request took that another limit has refused later. */
  giveBack(hits: readonly Hit[]): void;
}
