// The policies of the bench, and the token that passes them.
import { createHmac } from 'node:crypto';

const issuer = 'https://issuer.example';
const audience = 'bench';
const secret = 'a secret of the bench that is long enough';
const base64url = (text) => Buffer.from(text).toString('base64url');

/** Signed with HS256: what a token costs once it is remembered does not depend on how it was signed. */
function token() {
  const head = base64url(JSON.stringify({ alg: 'HS256', typ: 'JWT' }));
  const claims = { iss: issuer, aud: audience, sub: 'bench', scope: 'read write', exp: 4_000_000_000 };
  const signed = `${head}.${base64url(JSON.stringify(claims))}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

export const authorization = [['Authorization', `Bearer ${token()}`]];

const provider = {
  type: 'jwt',
  issuer,
  aud: [audience],
  keys: { jwk: { kty: 'oct', alg: 'HS256', k: base64url(secret) } },
};
const isPublic = { authentication: { mode: 'none' } };
/** Never reached: what a limit costs is what is asked for. */
const limit = { rateLimits: [{ requests: 1_000_000, per: '1s' }] };
const scopes = { authorization: { scopes: ['read'] } };
const noRules = { validation: { rules: false, fieldBehavior: false } };

/** Of a method that reads: on one that writes it would not load. */
const cached = { 'bench.shop.v1.Shop.GetProduct': { cache: { ttl: '1h' } } };

/** Policies by themselves and together, as propylon.yaml says them for all methods. */
export const policySets = {
  jwt: { authentication: { providers: { bench: provider } }, policies: { '*': { ...scopes, ...noRules } } },
  limit: { policies: { '*': { ...isPublic, ...limit, ...noRules } } },
  validation: { policies: { '*': isPublic } },
  cache: { policies: { '*': { ...isPublic, ...noRules }, ...cached } },
  all: { authentication: { providers: { bench: provider } }, policies: { '*': { ...scopes, ...limit } } },
  cached: {
    authentication: { providers: { bench: provider } },
    policies: { '*': { ...scopes, ...limit }, ...cached },
  },
};
