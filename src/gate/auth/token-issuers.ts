import { LRUCache } from 'lru-cache';

/**
 * Which of several issuers a token says it is of, by the token's digest: a provider that has seen whose
 * it is need not read it again. Holds names out of the configuration alone, whatever tokens say.
 */
export class TokenIssuers {
  readonly #names = new Map<unknown, string>();
  readonly #shared = new Set<string>();
  readonly #issuers: LRUCache<string, string>;

  constructor(max: number) {
    this.#issuers = new LRUCache({ max });
  }

  /** An issuer whose tokens some provider takes. */
  add(issuer: string): void {
    if (this.#names.has(issuer)) this.#shared.add(issuer);
    this.#names.set(issuer, issuer);
  }

  /** Whether several providers take tokens of an issuer, each those that are meant for it. */
  isShared(issuer: string): boolean {
    return this.#shared.has(issuer);
  }

  /** Undefined where it is not known. */
  of(digest: string): string | undefined {
    return this.#names.size > 1 ? this.#issuers.get(digest) : undefined;
  }

  /** `iss`: what the token says. */
  note(digest: string, iss: unknown): void {
    const name = this.#names.get(iss);
    if (name !== undefined) this.#issuers.set(digest, name);
  }
}
