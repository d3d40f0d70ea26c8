import { createHash, createPublicKey, createSecretKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { type Algorithm, algorithmsOfKey, isAlgorithm } from './algorithm.js';

/** A key that signatures are verified with, and all that it may be used for. */
export interface VerificationKey {
  readonly kid: string | undefined;
  readonly algorithms: readonly Algorithm[];
  readonly key: KeyObject;
  /** Two keys with the same print are the same key under the same name for the same uses. */
  readonly print: string;
  /** Its issuer does not have it any more: what was verified with it counts no longer. */
  isRetired: boolean;
}

/** Why a key cannot be used, in words that go behind "The key …". */
export interface UnusableKey {
  readonly problem: string;
}

/** A JWK as it is written (RFC 7517 §4): nothing about it is sure. */
export type WrittenJwk = { readonly kty: string } & Readonly<Record<string, unknown>>;

/**
 * A JWK → a key for those of the `allowed` algorithms that it can do and that it says it is for.
 * Keys for encryption or for signing only, private keys and short ones are unusable.
 */
export function keyOfJwk(jwk: WrittenJwk, allowed: readonly Algorithm[]): VerificationKey | UnusableKey {
  const { kid, use, alg, key_ops: operations } = jwk;
  if (kid !== undefined && typeof kid !== 'string') return { problem: 'has a kid that is no text' };
  if (use !== undefined && use !== 'sig') return { problem: 'is not for signatures (use)' };
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify')))
    return { problem: 'is not for verifying signatures (key_ops)' };
  if (alg !== undefined && !isAlgorithm(alg))
    return { problem: 'is for an algorithm that is not known (alg)' };
  if (jwk['d'] !== undefined) return { problem: 'is a private key, which nobody but its owner may have' };
  const key = keyObjectOf(jwk);
  if (key === undefined) return { problem: 'is no key that can be read' };
  return keyOf(key, { kid, alg }, allowed);
}

/** A public key, or a certificate, in PEM form. */
export function keyOfPem(pem: string | Buffer, allowed: readonly Algorithm[]): VerificationKey | UnusableKey {
  // createPublicKey would take the public half of a private key.
  if (pem.includes('PRIVATE KEY'))
    return { problem: 'is a private key, which nobody but its owner may have' };
  try {
    return keyOf(createPublicKey(pem), {}, allowed);
  } catch {
    return { problem: 'is no public key in PEM form' };
  }
}

/** A secret that issuer and verifier share. */
export function keyOfSecret(secret: Buffer, allowed: readonly Algorithm[]): VerificationKey | UnusableKey {
  if (secret.length === 0) return { problem: 'is empty' };
  return keyOf(createSecretKey(secret), {}, allowed);
}

function keyObjectOf(jwk: WrittenJwk): KeyObject | undefined {
  try {
    if (jwk.kty !== 'oct') return createPublicKey({ key: publicPart(jwk), format: 'jwk' });
    const { k } = jwk;
    return typeof k === 'string' && k !== '' ? createSecretKey(k, 'base64url') : undefined;
  } catch {
    return undefined;
  }
}

/** What of a JWK is the key itself (RFC 7638 §3.2). */
function publicPart({ kty, n, e, crv, x, y }: WrittenJwk): JsonWebKey {
  const texts = Object.entries({ n, e, crv, x, y }).filter(([, value]) => typeof value === 'string');
  return { kty, ...Object.fromEntries(texts) };
}

function keyOf(
  key: KeyObject,
  { kid, alg }: { readonly kid?: string | undefined; readonly alg?: Algorithm | undefined },
  allowed: readonly Algorithm[],
): VerificationKey | UnusableKey {
  const able = algorithmsOfKey(key);
  if (able.length === 0) return { problem: 'is too short, or of a kind that is not accepted' };
  const usable = able.filter((one) => allowed.includes(one) && (alg === undefined || alg === one));
  if (usable.length === 0) return { problem: `does none of the algorithms ${allowed.join(', ')}` };
  const print = createHash('sha256')
    .update(JSON.stringify([kid, usable, key.export({ format: 'jwk' })]))
    .digest('base64');
  return { kid, algorithms: usable, key, print, isRetired: false };
}
