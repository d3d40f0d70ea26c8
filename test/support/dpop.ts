import { createHash, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { signedToken } from './tokens.js';

/** A client that proves the possession of its key (RFC 9449). */
export interface DpopClient {
  /** Thumbprint of its key, as `cnf.jkt` has it. */
  readonly jkt: string;
  readonly jwk: Readonly<Record<string, unknown>>;
  readonly privateJwk: Readonly<Record<string, unknown>>;
  readonly key: KeyObject;
  /** A proof for a request; `changed` members of header and claims go over it, undefined ones are left out. */
  proof(about: ProofFor, changed?: Changed): string;
}

/** What a proof is made for. */
export interface ProofFor {
  readonly htm: string;
  readonly htu: string;
  readonly token: string;
}

interface Changed {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly key?: KeyObject | Buffer;
}

export function dpopClient(): DpopClient {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...publicKey.export({ format: 'jwk' }) };
  const { crv, kty, x, y } = jwk;
  return {
    jwk,
    privateJwk: { ...privateKey.export({ format: 'jwk' }) },
    key: privateKey,
    jkt: createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url'),
    proof: ({ htm, htu, token }, { header = {}, claims = {}, key = privateKey } = {}) =>
      signedToken(
        { typ: 'dpop+jwt', alg: 'ES256', jwk, ...header },
        {
          jti: randomUUID(),
          htm,
          htu,
          iat: Math.floor(Date.now() / 1_000),
          ath: createHash('sha256').update(token).digest('base64url'),
          ...claims,
        },
        header['alg'] === 'none' ? undefined : key,
      ),
  };
}
