import type { Algorithm } from './algorithm.js';
import { isObject } from './unverified-token.js';
import { keyOfJwk, type VerificationKey, type WrittenJwk } from './verification-key.js';

/** More keys than an issuer has: a longer list is a mistake, or malice. */
const keysMax = 100;

/**
 * The keys of a JWK set (RFC 7517 §5) that can be used. Others are left out, since an issuer publishes
 * them for others; secrets too, since nothing that is published is one. Undefined for what is no set.
 */
export function keysOfSet(
  set: unknown,
  allowed: readonly Algorithm[],
): readonly VerificationKey[] | undefined {
  const keys = isObject(set) ? set['keys'] : undefined;
  if (!Array.isArray(keys)) return undefined;
  const jwks: readonly unknown[] = keys.slice(0, keysMax);
  return jwks.filter(isPublicJwk).flatMap((jwk) => {
    const key = keyOfJwk(jwk, allowed);
    return 'problem' in key ? [] : [key];
  });
}

function isPublicJwk(value: unknown): value is WrittenJwk {
  return isObject(value) && typeof value['kty'] === 'string' && value['kty'] !== 'oct';
}
