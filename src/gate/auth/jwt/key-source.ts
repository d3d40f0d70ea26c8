import type { Algorithm } from './algorithm.js';
import type { VerificationKey } from './verification-key.js';

/** Keys that fit: none where the issuer has none. Or nobody knows, since it does not answer. */
export type FoundKeys = readonly VerificationKey[] | { readonly unavailable: unknown };

/** Where the keys of an issuer come from. */
export interface KeySource {
  /** Never rejects. */
  find(kid: string | undefined, algorithm: Algorithm): FoundKeys | Promise<FoundKeys>;
  close(): void;
}
