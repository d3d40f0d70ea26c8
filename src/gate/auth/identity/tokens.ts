import type { JsonWebKey } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Principal } from '../../principal.js';
import type { AuthHost } from '../create.js';
import { watchFile } from '../watched-file.js';
import type { IdentityJwtOptions } from './options.js';
import { readSigningKey, type SigningKey } from './signing-key.js';

const lifetimeMs = 300_000;
/** The part of its lifetime that a token still has when it is handed out for the last time. */
const remainder = 0.2;

/** Tokens of the gateway about its callers. */
export interface IdentityTokens {
  /** The token of a caller: a remembered one, or a new one. */
  of(principal: Principal): string | Promise<string>;
  /** Public keys of all tokens that are valid (RFC 7517 §5). */
  readonly jwks: { readonly keys: readonly JsonWebKey[] };
  close(): void;
}

interface Issued {
  readonly key: SigningKey;
  readonly token: string | Promise<string>;
  /** Wall-clock milliseconds until which it is handed out. */
  readonly until: number;
}

/** Signs with the key of a file, which may be replaced: what was signed before can be verified until it expires. */
export function createIdentityTokens(options: IdentityJwtOptions, host: AuthHost): IdentityTokens {
  const { clock } = host;
  const lifetime = options.lifetime ?? lifetimeMs;
  let current: SigningKey | undefined;
  let retired: { readonly key: SigningKey; readonly until: number }[] = [];
  const close = watchFile(options.keyFile, host, (pem) => {
    const next = readSigningKey(pem, options.algorithm);
    if ('problem' in next) return next.problem;
    const now = clock.wall();
    retired = retired.filter(({ key, until }) => until > now && key.kid !== next.kid);
    if (current !== undefined && current.kid !== next.kid)
      retired.push({ key: current, until: now + lifetime });
    current = next;
    return undefined;
  });
  const issued = new WeakMap<Principal, Issued>();

  const issue = (principal: Principal, key: SigningKey, now: number): string | Promise<string> => {
    const end = Math.min(now + lifetime, principal.expiresAt ?? Number.POSITIVE_INFINITY);
    const until = end < now + lifetime ? end : now + lifetime * (1 - remainder);
    const token = sign(options, principal, key, now, end).then((text) => {
      issued.set(principal, { key, token: text, until });
      return text;
    });
    issued.set(principal, { key, token, until });
    // One that failed is not remembered.
    token.catch(() => issued.delete(principal));
    return token;
  };
  return {
    of(principal) {
      const now = clock.wall();
      const key = current;
      // Without a first key nothing was ever served.
      if (key === undefined) throw new Error('There is no key to sign identities with.');
      const before = issued.get(principal);
      return before !== undefined && before.key === key && now < before.until
        ? before.token
        : issue(principal, key, now);
    },
    get jwks() {
      const now = clock.wall();
      const old = retired.filter(({ until }) => until > now).map(({ key }) => key);
      return {
        keys: [...(current === undefined ? [] : [current]), ...old].map(({ publicJwk }) => publicJwk),
      };
    },
    close,
  };
}

function sign(
  { issuer, audience, claims: wanted = [] }: IdentityJwtOptions,
  principal: Principal,
  { key, kid, algorithm }: SigningKey,
  now: number,
  end: number,
): Promise<string> {
  const { id, provider, subject, scopes, claims } = principal;
  const given = wanted
    .filter((name) => claims[name] !== undefined)
    .map((name) => [name, claims[name]] as const);
  return new SignJWT({
    ...Object.fromEntries(given),
    principal: id,
    provider,
    scope: [...scopes].join(' '),
  })
    .setProtectedHeader({ alg: algorithm, kid, typ: 'JWT' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(subject)
    .setIssuedAt(Math.floor(now / 1_000))
    .setExpirationTime(Math.floor(end / 1_000))
    .sign(key);
}
