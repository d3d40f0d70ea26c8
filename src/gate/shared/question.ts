import type { Claim, ClaimTimes } from '../idempotency/store.js';

/**
 * What the processes of one gateway ask of the memory that they share, and what it says: plain data, since it goes
 * from process to process.
 */
export interface Questions {
  /** Of limits that the same process has named. */
  readonly take: { readonly args: readonly SharedHit[]; readonly answer: Taken };
  /** What `take` would say. */
  readonly look: { readonly args: readonly SharedHit[]; readonly answer: Taken };
  /** Whether a request of the method may begin; it ends with `leave`. */
  readonly enter: {
    readonly args: { readonly method: string; readonly max: number };
    readonly answer: boolean;
  };
  /** What `enter` would say. */
  readonly room: Questions['enter'];
  readonly claim: { readonly args: ClaimTimes & ClaimedRequest; readonly answer: SharedClaim };
  /** What is known of a request, null for nothing. */
  readonly known: {
    readonly args: Pick<ClaimedRequest, 'id'>;
    readonly answer: Exclude<SharedClaim, { readonly kind: 'begun' }> | null;
  };
  readonly proof: { readonly args: { readonly id: string }; readonly answer: 'new' | 'seen' | 'full' };
  /** What `proof` would say. */
  readonly lookAtProof: Questions['proof'];
}

/** What they tell it, without an answer. */
export interface Tellings {
  /** A limit is called by its number from now on. */
  readonly limit: {
    readonly number: number;
    readonly id: string;
    readonly name: string;
    readonly requests: number;
    readonly perMs: number;
    readonly burst: number;
  };
  readonly giveBack: readonly SharedHit[];
  readonly leave: { readonly method: string };
  /** The request of a claim has been made, or, without `stored`, has not. */
  readonly end: { readonly claim: number; readonly stored?: string | undefined };
}

/** Number of the limit, key, cost. */
export type SharedHit = readonly [limit: number, key: string, cost: number];

export interface Taken {
  /** Which hit has refused, and for how long. */
  readonly refused?: { readonly index: number; readonly waitMs: number } | undefined;
  /** For each hit what is left, and when everything is. */
  readonly left: readonly (readonly [remaining: number, resetMs: number])[];
}

export interface ClaimedRequest {
  readonly id: string;
  readonly fingerprint: string;
}

export type SharedClaim =
  | { readonly kind: 'begun'; readonly claim: number }
  | Extract<Claim, { readonly kind: 'under-way' | 'unavailable' }>
  /** As `writeStored` writes. */
  | { readonly kind: 'answered'; readonly stored: string };

export type QuestionName = keyof Questions;
export type TellingName = keyof Tellings;

/** The memory, seen from a process that shares it. */
export interface SharedMemory {
  /** A secret of all these processes together, and of nobody else. */
  readonly secret: Uint8Array;
  /** Never rejects. "unavailable" once the process with the memory is gone: this one ends soon, too. */
  ask<K extends QuestionName>(
    name: K,
    args: Questions[K]['args'],
  ): Promise<Questions[K]['answer'] | 'unavailable'>;
  tell<K extends TellingName>(name: K, args: Tellings[K]): void;
}
