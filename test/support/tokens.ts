import { createHmac, createSecretKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** A key pair of an issuer, made for a test. */
export interface IssuerKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  /** The public key as its issuer publishes it. */
  readonly jwk: { readonly kty: string } & Readonly<Record<string, unknown>>;
  readonly pem: string;
}

export function issuerKey(kid: string, curve = 'P-256'): IssuerKey {
  return keyOf(kid, generateKeyPairSync('ec', { namedCurve: curve }));
}

export function rsaKey(kid: string, modulusLength = 2048): IssuerKey {
  return keyOf(kid, generateKeyPairSync('rsa', { modulusLength }));
}

export function edKey(kid: string): IssuerKey {
  return keyOf(kid, generateKeyPairSync('ed25519'));
}

function keyOf(
  kid: string,
  { publicKey, privateKey }: { readonly publicKey: KeyObject; readonly privateKey: KeyObject },
): IssuerKey {
  const { kty = '', ...rest } = publicKey.export({ format: 'jwk' });
  return {
    kid,
    privateKey,
    jwk: { kty, ...rest, kid },
    pem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

const part = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** Anything as the three parts of a JWT, with the signature that `key` makes for the header's algorithm. */
export function signedToken(
  header: Readonly<Record<string, unknown>>,
  claims: unknown,
  key: KeyObject | Buffer | undefined,
): string {
  const input = `${part(header)}.${part(claims)}`;
  return `${input}.${key === undefined ? '' : signature(String(header['alg']), input, key).toString('base64url')}`;
}

/** By node:crypto, and not by the library that verifies. */
function signature(alg: string, input: string, key: KeyObject | Buffer): Buffer {
  const hash = `sha${alg.slice(2)}`;
  if (alg.startsWith('HS'))
    return createHmac(hash, Buffer.isBuffer(key) ? createSecretKey(key) : key)
      .update(input)
      .digest();
  if (Buffer.isBuffer(key)) throw new Error('a secret signs with HS only');
  if (alg === 'EdDSA' || alg === 'Ed25519') return sign(undefined, Buffer.from(input), key);
  if (alg.startsWith('ES')) return sign(hash, Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
  if (alg.startsWith('RS')) return sign(hash, Buffer.from(input), key);
  // RSA_PKCS1_PSS_PADDING, salt as long as the hash.
  return sign(hash, Buffer.from(input), { key, padding: 6, saltLength: Number(alg.slice(2)) / 8 });
}
