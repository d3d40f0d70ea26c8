import type { Algorithm } from './algorithm.js';
import type { VerificationKey } from './verification-key.js';

/** The keys of one issuer as they were last read. */
export class KeyRing {
  #keys: readonly VerificationKey[] = [];

  /** Takes the place of what was there: keys that are not among the next ones are retired, the others stay the same. */
  replace(next: readonly VerificationKey[]): void {
    const known = new Map(this.#keys.map((key) => [key.print, key]));
    const keys = next.map((key) => known.get(key.print) ?? key);
    for (const key of this.#keys) if (!keys.includes(key)) key.isRetired = true;
    this.#keys = keys;
  }

  get isEmpty(): boolean {
    return this.#keys.length === 0;
  }

  /** Keys that may have made a signature. A key without a name may have made any; so may every key, where a token names none. */
  fitting(kid: string | undefined, algorithm: Algorithm): readonly VerificationKey[] {
    return this.#keys.filter(
      (key) =>
        key.algorithms.includes(algorithm) && (kid === undefined || key.kid === undefined || key.kid === kid),
    );
  }
}
