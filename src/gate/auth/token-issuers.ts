import { LRUCache } from 'lru-cache';

/**
 * Which of several issuers a token says it is of, by the token's digest: a provider that has seen whose
 * it is need not read it again. Holds names out of the configuration alone, whatever tokens say.
 */
export class TokenIssuers {
  /** How many providers take the tokens of each. */
  readonly #takers = new Map<unknown, { readonly name: string; count: number }>();
  readonly #issuers: LRUCache<string, string>;

  constructor(max: number) {
    this.#issuers = new LRUCache({ max });
  }

  /** An issuer whose tokens some provider takes; the end of that, to be called once. */
  add(issuer: string): () => void {
    const takers = this.#takers.get(issuer) ?? { name: issuer, count: 0 };
    takers.count += 1;
    this.#takers.set(issuer, takers);
    return () => {
      takers.count -= 1;
      if (takers.count === 0) this.#takers.delete(issuer);
    };
  }

  /** Whether several providers take tokens of an issuer, each those that are meant for it. */
  isShared(issuer: string): boolean {
    return (this.#takers.get(issuer)?.count ?? 0) > 1;
  }

  /** Undefined where it is not known. */
  of(digest: string): string | undefined {
    return this.#takers.size > 1 ? this.#issuers.get(digest) : undefined;
  }

  /** `iss`: what the token says. */
  note(digest: string, iss: unknown): void {
    const takers = this.#takers.get(iss);
    if (takers !== undefined) this.#issuers.set(digest, takers.name);
  }
}
