import type { GateAnswer } from '../verdict.js';

/** What is known of a request when it comes. */
export type Claim =
  /** Nothing: the request is the claimant's to make, until the lease ends. */
  | {
      readonly kind: 'begun';
      /** Remembers the answer, or without one that the request has not been made. Must be called. */
      readonly end: (answer: GateAnswer | undefined) => void | Promise<void>;
    }
  /** Somebody makes it at this time. `fingerprint` is that of their request. */
  | { readonly kind: 'under-way'; readonly fingerprint: string }
  | { readonly kind: 'answered'; readonly fingerprint: string; readonly answer: GateAnswer }
  /** Nobody can say. */
  | { readonly kind: 'unavailable' };

/** What `claim` would find. */
export type Known = Exclude<Claim, { readonly kind: 'begun' }>;

/** How long what counts. */
export interface ClaimTimes {
  /** A claim whose request is never heard of again counts this long. */
  readonly leaseMs: number;
  /** An answer is remembered this long. */
  readonly rememberMs: number;
}

/** Remembers answers by the id of their requests. Atomic: of those who claim an id one begins. */
export interface AnswerStore {
  claim(id: string, fingerprint: string, times: ClaimTimes): Claim | Promise<Claim>;
  /** Claims nothing; undefined where nothing is known of the request. */
  look(id: string): Known | undefined | Promise<Known | undefined>;
}
