import { createHash } from 'node:crypto';
import { compactVerify, decodeProtectedHeader, type JWK } from 'jose';
import type { Nonces } from './nonces.js';
import type { ProofKey } from './proof-key.js';
import type { UsedProofs } from './seen-proofs.js';
import { normalizedUri } from './target-uri.js';

/** Algorithms of proofs: asymmetric ones, none of them "none" (RFC 9449 §4.3, 5). */
export const proofAlgorithms: readonly string[] = [
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
  ...['PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512'],
];

/** What a proof must be about. */
export interface Proven {
  readonly httpMethod: string;
  /** Normalised. */
  readonly uri: string;
  /** As sent. */
  readonly accessToken: string;
  /** Thumbprint of the key that the token is bound to. */
  readonly jkt: string;
  /** Wall-clock milliseconds. */
  readonly now: number;
}

/** What proofs are judged with. */
export interface ProofJudge {
  readonly keyOf: (jwk: JWK, alg: string) => Promise<ProofKey | undefined>;
  readonly seen: Pick<UsedProofs, 'take'>;
  /** Undefined where none is asked for. */
  readonly nonces: Nonces | undefined;
  /** How long before us a proof may have been made. */
  readonly ageMsMax: number;
  /** How far ahead of ours the clock of a client may be. */
  readonly skewMs: number;
}

export type ProofVerdict = 'good' | 'late-nonce' | 'nonce' | 'full' | { readonly problem: string };

/**
 * Judges a DPoP proof, check by check as RFC 9449 §4.3 lists them; what costs least and what a
 * stranger cannot know come first, so that nobody has signatures verified for nothing.
 */
export async function judgeProof(text: string, proven: Proven, judge: ProofJudge): Promise<ProofVerdict> {
  const header = headerOf(text);
  if (header === undefined) return bad('is not a JWT');
  const { typ, alg, jwk } = header;
  if (typeof typ !== 'string' || !/^(?:application\/)?dpop\+jwt$/i.test(typ))
    return bad('must have the type dpop+jwt');
  if (typeof alg !== 'string' || !proofAlgorithms.includes(alg))
    return bad('has an algorithm that is not accepted');
  if (typeof jwk !== 'object' || jwk === null) return bad('must hold its key');
  const key = await judge.keyOf(jwk, alg);
  if (key === undefined) return bad('must hold a public key of its algorithm');
  if (key.jkt !== proven.jkt) return bad('is of another key than the token');
  const claims = await claimsOf(text, key, alg);
  if (claims === undefined) return bad('has a wrong signature');
  const wrong = wrongClaim(claims, proven, judge);
  if (wrong !== undefined) return bad(wrong);
  const nonce = judge.nonces === undefined ? 'good' : nonceVerdict(claims['nonce'], judge.nonces);
  if (nonce === 'nonce') return nonce;
  // Last, so that what is refused for another reason may be sent again.
  const id = createHash('sha256')
    .update(`${proven.jkt} ${String(claims['jti'])}`)
    .digest('base64url')
    .slice(0, 22);
  const taken = await judge.seen.take(id);
  if (taken === 'seen') return bad('was used before');
  return taken === 'full' ? taken : nonce;
}

const jtiLengthMax = 256;

function wrongClaim(claims: Claims, proven: Proven, { ageMsMax, skewMs }: ProofJudge): string | undefined {
  const { htm, htu, iat, jti, ath } = claims;
  if (typeof jti !== 'string' || jti === '' || jti.length > jtiLengthMax) return 'must have an id';
  if (htm !== proven.httpMethod) return 'is for another method';
  if (typeof htu !== 'string' || normalizedUri(htu) !== proven.uri) return 'is for another URI';
  if (typeof iat !== 'number' || !Number.isFinite(iat)) return 'must say when it was made';
  const age = proven.now - iat * 1_000;
  if (age > ageMsMax) return 'is too old';
  if (age < -skewMs) return 'is of the future';
  const hash = createHash('sha256').update(proven.accessToken).digest('base64url');
  return ath === hash ? undefined : 'is for another token';
}

function nonceVerdict(nonce: unknown, nonces: Nonces): 'good' | 'late-nonce' | 'nonce' {
  const verdict = typeof nonce === 'string' ? nonces.judge(nonce) : 'bad';
  if (verdict === 'bad') return 'nonce';
  return verdict === 'late' ? 'late-nonce' : 'good';
}

function bad(what: string): ProofVerdict {
  return { problem: `The DPoP proof ${what}` };
}

function headerOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return { ...decodeProtectedHeader(text) };
  } catch {
    return undefined;
  }
}

type Claims = Readonly<Record<string, unknown>>;

async function claimsOf(text: string, { key }: ProofKey, alg: string): Promise<Claims | undefined> {
  try {
    const { payload } = await compactVerify(text, key, { algorithms: [alg] });
    const claims: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
    return typeof claims === 'object' && claims !== null ? { ...claims } : undefined;
  } catch {
    return undefined;
  }
}
