import { createPrivateKey, createPublicKey, hash, type JsonWebKey, type KeyObject } from 'node:crypto';

/** What tokens of the gateway may be signed with: anybody may verify them, nobody else make them. */
export const signingAlgorithms = [
  ...(['ES256', 'ES384', 'ES512', 'EdDSA', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const),
] as const;

export type SigningAlgorithm = (typeof signingAlgorithms)[number];

/** A private key, and the public one as a JWKS has it. */
export interface SigningKey {
  readonly algorithm: SigningAlgorithm;
  readonly key: KeyObject;
  /** RFC 7638. */
  readonly kid: string;
  readonly publicJwk: JsonWebKey;
}

const modulusBitsMin = 2_048;
const curves: Readonly<Record<string, SigningAlgorithm>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
};

/** A private key in PEM form; a problem where it is none, or not for the algorithm. */
export function readSigningKey(
  pem: Buffer,
  wanted: SigningAlgorithm | undefined,
): SigningKey | { readonly problem: string } {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    return { problem: 'holds no private key in PEM form' };
  }
  const able = algorithmsOf(key);
  const algorithm = wanted ?? able[0];
  if (algorithm === undefined) return { problem: 'holds a key that cannot sign, or is too short' };
  if (!able.includes(algorithm)) return { problem: `holds a key that cannot do ${algorithm}` };
  const jwk = createPublicKey(key).export({ format: 'jwk' });
  const kid = thumbprint(jwk);
  return { algorithm, key, kid, publicJwk: { ...jwk, kid, alg: algorithm, use: 'sig' } };
}

function algorithmsOf({
  asymmetricKeyType: type,
  asymmetricKeyDetails: details,
}: KeyObject): readonly SigningAlgorithm[] {
  if (type === 'ed25519') return ['EdDSA'];
  if (type === 'rsa') {
    return (details?.modulusLength ?? 0) < modulusBitsMin
      ? []
      : ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
  }
  const curve = type === 'ec' ? curves[details?.namedCurve ?? ''] : undefined;
  return curve === undefined ? [] : [curve];
}

/** RFC 7638 §3: the members that make the key, in the order of their names. */
function thumbprint({ crv, e, kty, n, x, y }: JsonWebKey): string {
  return hash('sha256', JSON.stringify({ crv, e, kty, n, x, y }), 'base64url');
}
