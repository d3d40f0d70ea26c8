import { LRUCache } from 'lru-cache';
import type { Authentication } from './authenticator.js';

/** What came of a token. */
export interface RememberedToken {
  readonly authentication: Authentication;
  /** By the wall clock, in milliseconds. */
  readonly untilMs: number;
  /** What vouches for it; undefined for nothing that could be withdrawn. */
  readonly key?: { readonly isRetired: boolean } | undefined;
}

/** Tokens that need not be verified again, by their digests; those that were not used for longest go first. */
export class RememberedTokens {
  readonly #tokens: LRUCache<string, RememberedToken>;

  constructor(max: number, bytesMax: number) {
    this.#tokens = new LRUCache({ max, maxSize: bytesMax });
  }

  /** Undefined for tokens that are not known, whose time is over, or whose key is gone. */
  get(digest: string, wallMs: number): Authentication | undefined {
    const known = this.#tokens.get(digest);
    if (known === undefined) return undefined;
    if (wallMs < known.untilMs && known.key?.isRetired !== true) return known.authentication;
    this.#tokens.delete(digest);
    return undefined;
  }

  /** `bytes`: what the token is counted as. */
  set(digest: string, bytes: number, remembered: RememberedToken): void {
    this.#tokens.set(digest, remembered, { size: Math.max(1, bytes) });
  }
}
