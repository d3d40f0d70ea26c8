/** What the claims of a token must say (RFC 7519 §4.1, RFC 9068 §2.2). */
export interface ClaimRules {
  /** One of these; undefined where the configuration says why it is not checked. */
  readonly aud: readonly string[] | undefined;
  /** Clients; undefined for all. */
  readonly azp: readonly string[] | undefined;
  readonly clockToleranceMs: number;
  /** Milliseconds after `iat`; undefined for as long as `exp` says. */
  readonly maxAgeMs: number | undefined;
  /** Whether it must have all that an access token of RFC 9068 has. */
  readonly isAccessToken: boolean;
}

/** Why claims do not count. */
export interface RefusedClaims {
  readonly problem: string;
  readonly reason?: 'TOKEN_EXPIRED';
  /** They may be good for another provider with the same issuer. */
  readonly isForAnother?: true;
}

/** Claims that are good until then, by the wall clock, clock tolerance included. */
export interface GoodClaims {
  readonly untilMs: number;
}

type Claims = Readonly<Record<string, unknown>>;

const ofAccessTokens = ['iss', 'aud', 'sub', 'client_id', 'iat', 'jti'];

/** The claims of a token, except for its issuer, at a time of the wall clock. */
export function checkClaims(claims: Claims, rules: ClaimRules, wallMs: number): GoodClaims | RefusedClaims {
  const { clockToleranceMs: toleranceMs, maxAgeMs } = rules;
  const [exp, nbf, iat] = ['exp', 'nbf', 'iat'].map((name) => dateOf(claims[name]));
  if (exp === undefined || exp === 'none') return { problem: 'The token has no valid time of expiry (exp)' };
  if (nbf === undefined || iat === undefined)
    return { problem: 'The token has a time that is none (nbf, iat)' };
  if (rules.aud !== undefined && !audienceOf(claims).some((one) => rules.aud?.includes(one)))
    return { problem: 'The token is meant for somebody else (aud)', isForAnother: true };
  if (rules.azp !== undefined && !rules.azp.includes(clientOf(claims) ?? ''))
    return { problem: 'The token was given to a client that does not count here (azp)', isForAnother: true };
  const missing = rules.isAccessToken ? ofAccessTokens.find((name) => claims[name] === undefined) : undefined;
  if (missing !== undefined) return { problem: `The token lacks what access tokens must have (${missing})` };
  if (nbf !== 'none' && nbf - toleranceMs > wallMs) return { problem: 'The token does not count yet (nbf)' };
  if (iat !== 'none' && iat - toleranceMs > wallMs)
    return { problem: 'The token comes from the future (iat)' };
  if (maxAgeMs !== undefined && iat === 'none')
    return { problem: 'The token does not say how old it is (iat)' };
  const endMs = maxAgeMs === undefined || iat === 'none' ? exp : Math.min(exp, iat + maxAgeMs);
  const untilMs = endMs + toleranceMs;
  if (untilMs <= wallMs) return { problem: 'The token has expired', reason: 'TOKEN_EXPIRED' };
  return { untilMs };
}

/** A NumericDate in milliseconds: a finite number of seconds, and no text that looks like one. */
function dateOf(value: unknown): number | 'none' | undefined {
  if (value === undefined) return 'none';
  return typeof value === 'number' && Number.isFinite(value) ? value * 1_000 : undefined;
}

function audienceOf({ aud }: Claims): readonly string[] {
  const all: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  return all.filter((one) => typeof one === 'string');
}

/** Whom the token was given to: OpenID Connect's name for it, RFC 9068's, and that of Entra ID's tokens of version 1. */
function clientOf({ azp, client_id: clientId, appid }: Claims): string | undefined {
  return [azp, clientId, appid].find((client) => typeof client === 'string');
}
