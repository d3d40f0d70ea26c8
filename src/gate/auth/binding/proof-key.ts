import { type CryptoKey, calculateJwkThumbprint, importJWK, type JWK } from 'jose';
import { LRUCache } from 'lru-cache';

/** A public key of a proof, ready to verify, and its thumbprint (RFC 7638). */
export interface ProofKey {
  readonly jkt: string;
  readonly key: CryptoKey;
}

/** Members of a JWK that are secret (RFC 7518 §6.2.2, §6.3.2, §6.4). */
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];
const remembered = 10_000;

/** Imports the keys of proofs; a client uses one key for long, and its import is remembered. */
export function createProofKeys(): (jwk: JWK, alg: string) => Promise<ProofKey | undefined> {
  const known = new LRUCache<string, ProofKey>({ max: remembered });
  return async (jwk, alg) => {
    if (privateMembers.some((member) => member in jwk)) return undefined;
    const { kty = '', crv = '', x = '', y = '', n = '', e = '' } = jwk;
    const name = JSON.stringify([alg, kty, crv, x, y, n, e]);
    const before = known.get(name);
    if (before !== undefined) return before;
    try {
      // Only what makes the key: "use", "key_ops" and "alg" are the client's word on its own key.
      const material = Object.fromEntries(
        Object.entries({ kty, crv, x, y, n, e }).filter(([, text]) => text !== ''),
      );
      const key = await importJWK(material, alg);
      if (key instanceof Uint8Array || key.type !== 'public') return undefined;
      const made = { jkt: await calculateJwkThumbprint(material), key };
      known.set(name, made);
      return made;
    } catch {
      return undefined;
    }
  };
}
