import type { Clock } from '../../../clock.js';

/**
 * Proofs that have been used, for as long as they could be used again. In memory, so that another
 * process of a fleet does not know of them. Two generations: what is older than one is forgotten as a
 * whole, without a timer or a look at each.
 */
export class SeenProofs {
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

  /** "full" where there is no room to remember it: what cannot be told apart from a replay must be treated as one. */
  take(proof: string): 'new' | 'seen' | 'full' {
    const found = this.look(proof);
    if (found === 'new') this.#young.add(proof);
    return found;
  }

  /** What `take` would say. */
  look(proof: string): 'new' | 'seen' | 'full' {
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
