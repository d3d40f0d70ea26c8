import type { Clock } from '../../../clock.js';
import type { Limits } from '../../../limits.js';

/** How far ahead of ours clocks of clients may be. */
export const skewMs = 10_000;

/** How long a proof could be used again. */
export function proofsKeptMs({ dpopProofAgeMsMax }: Pick<Limits, 'dpopProofAgeMsMax'>): number {
  return dpopProofAgeMsMax + skewMs;
}

/** "full" where there is no room to remember it: what cannot be told apart from a replay must be treated as one. */
export type ProofUse = 'new' | 'seen' | 'full';

/** Proofs by their ids. */
export interface UsedProofs {
  /** Remembers one, and says whether it was known. */
  take(id: string): ProofUse | Promise<ProofUse>;
  /** What `take` would say. */
  look(id: string): ProofUse | Promise<ProofUse>;
}

/**
 * Proofs that have been used, for as long as they could be used again. In memory, so that another
 * gateway of a fleet does not know of them. Two generations: what is older than one is forgotten as a
 * whole, without a timer or a look at each.
 */
export class SeenProofs implements UsedProofs {
  readonly #clock: Clock;
  readonly #keptMs: number;
  readonly #max: number;
  #young = new Set<string>();
  #old = new Set<string>();
  #turnedAt: number;

  /** Keeps each at least `keptMs`, and of one generation at most `max`. */
  constructor(clock: Clock, keptMs: number, max: number) {
    this.#clock = clock;
    this.#keptMs = keptMs;
    this.#max = max;
    this.#turnedAt = clock.now();
  }

  take(proof: string): ProofUse {
    const found = this.look(proof);
    if (found === 'new') this.#young.add(proof);
    return found;
  }

  look(proof: string): ProofUse {
    this.#turn();
    if (this.#young.has(proof) || this.#old.has(proof)) return 'seen';
    return this.#young.size >= this.#max ? 'full' : 'new';
  }

  #turn(): void {
    const age = this.#clock.now() - this.#turnedAt;
    if (age < this.#keptMs) return;
    this.#old = age < 2 * this.#keptMs ? this.#young : new Set();
    this.#young = new Set();
    this.#turnedAt = this.#clock.now();
  }
}
