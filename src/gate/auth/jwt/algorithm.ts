import type { KeyObject } from 'node:crypto';

/** Signatures of JWS (RFC 7518 §3.1, RFC 8037, RFC 9864) that may be allowed. `none` is not one. */
export const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
  'HS256',
  'HS384',
  'HS512',
] as const;

export type Algorithm = (typeof algorithms)[number];

/** NIST SP 800-131A, RFC 7518 §3.3. */
const modulusBitsMin = 2_048;
/** A larger one only costs whoever verifies. */
const modulusBitsMax = 8_192;

const curves: Readonly<Record<string, readonly Algorithm[]>> = {
  prime256v1: ['ES256'],
  secp384r1: ['ES384'],
  secp521r1: ['ES512'],
};

export function isAlgorithm(text: unknown): text is Algorithm {
  return algorithms.some((algorithm) => algorithm === text);
}

/** Whether the key is a secret that issuer and verifier share. */
export function isSymmetric(algorithm: Algorithm): boolean {
  return algorithm.startsWith('HS');
}

/** The default: what no holder of a public key can forge. */
export const asymmetricAlgorithms: readonly Algorithm[] = algorithms.filter((one) => !isSymmetric(one));

/** What a key can verify, by what it is and how long: empty for keys that are none, or too short. */
export function algorithmsOfKey(key: KeyObject): readonly Algorithm[] {
  if (key.type === 'secret') {
    const bits = (key.symmetricKeySize ?? 0) * 8;
    // RFC 7518 §3.2: as long as the hash, at least.
    return algorithms.filter((one) => isSymmetric(one) && Number(one.slice(2)) <= bits);
  }
  const { modulusLength = 0, namedCurve = '' } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa') {
    const fits = modulusLength >= modulusBitsMin && modulusLength <= modulusBitsMax;
    return fits ? algorithms.filter((one) => one.startsWith('RS') || one.startsWith('PS')) : [];
  }
  if (key.asymmetricKeyType === 'ec') return curves[namedCurve] ?? [];
  return key.asymmetricKeyType === 'ed25519' ? ['EdDSA', 'Ed25519'] : [];
}
