import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { handClock, handEpoch } from '../../../../test/support/hand-clock.js';
import { edKey, type IssuerKey, issuerKey, rsaKey, signedToken } from '../../../../test/support/tokens.js';
import type { Diagnostic } from '../../../diagnostic/index.js';
import { defaultLimits } from '../../../limits.js';
import { GateView } from '../../view.js';
import type { Authentication, Authenticator } from '../authenticator.js';
import { createAuthenticators } from '../create.js';
import { authenticationOptionsSchema } from '../options.js';

/** Settings of a provider as propylon.yaml has them, of whatever shape. */
type Written = Readonly<Record<string, unknown>>;

const issuer = 'https://id.example';
const clock = handClock();
const now = handEpoch / 1000;
const problems: Diagnostic[] = [];
const warnings: string[] = [];

function providers(written: Readonly<Record<string, Written>>): readonly Authenticator[] {
  const options = authenticationOptionsSchema.parse({ providers: written });
  return createAuthenticators(options, {
    clock,
    random: Math.random,
    limits: defaultLimits,
    warn: (text) => void warnings.push(text),
    report: (diagnostic) => void problems.push(diagnostic),
  });
}

function provider(written: Written): Authenticator {
  const [only] = providers({ p: { type: 'jwt', issuer, aud: ['shop'], ...written } });
  if (only === undefined) throw new Error('no provider');
  opened.push(only);
  return only;
}

const opened: Authenticator[] = [];
afterAll(() => Promise.all(opened.map((one) => one.close())));

function viewOf(...authorization: string[]): GateView {
  const request = {
    httpMethod: 'GET',
    target: '/',
    headers: authorization.map((value) => ['authorization', value] as const),
    peerAddress: '192.0.2.1',
    scheme: 'http',
    signal: new AbortController().signal,
  } as const;
  const options = { requestId: 'id', captures: [], query: '', clientAddress: () => '192.0.2.1' };
  return new GateView(request, options);
}

async function show(to: Authenticator, token: string): Promise<Authentication | undefined> {
  return to.authenticate(viewOf(`Bearer ${token}`));
}

/** "principal", or why it is none. */
async function outcome(to: Authenticator, token: string): Promise<string | undefined> {
  const said = await show(to, token);
  return said?.kind === 'invalid' ? said.description : said?.kind;
}

const good: Written = { iss: issuer, aud: 'shop', sub: 'ann', exp: now + 60 };
const ec = issuerKey('ec');
const rsa = rsaKey('rsa');
const secret = randomBytes(64);

describe('signatures', () => {
  it.each<[string, IssuerKey]>([
    ['RS256', rsa],
    ['RS384', rsa],
    ['RS512', rsa],
    ['PS256', rsa],
    ['PS384', rsa],
    ['PS512', rsa],
    ['ES256', ec],
    ['ES384', issuerKey('p384', 'P-384')],
    ['ES512', issuerKey('p521', 'P-521')],
    ['EdDSA', edKey('ed')],
    ['Ed25519', edKey('ed')],
  ])('%s is accepted by a JWK and by a PEM, and no other signature is', async (alg, key) => {
    const token = (kid: string | undefined) => signedToken({ alg, kid }, good, key.privateKey);
    for (const keys of [{ jwk: key.jwk }, { pem: key.pem }]) {
      const to = provider({ keys });
      expect(await outcome(to, token(key.kid))).toBe('principal');
      expect(await outcome(to, token(undefined))).toBe('principal');
      const [head, , signature] = token(key.kid).split('.');
      const other = Buffer.from(JSON.stringify({ ...good, sub: 'bob' })).toString('base64url');
      expect(await outcome(to, `${head}.${other}.${signature}`)).toBe("The token's signature is not valid");
    }
  });

  it.each(['HS256', 'HS384', 'HS512'])(
    '%s is accepted where it is allowed and the key is a secret',
    async (alg) => {
      const token = signedToken({ alg }, good, secret);
      const jwk = { kty: 'oct', k: secret.toString('base64url') };
      expect(await outcome(provider({ keys: { jwk }, algorithms: [alg] }), token)).toBe('principal');
    },
  );
});
