import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { type HandClock, handClock, handEpoch } from '../../../../test/support/hand-clock.js';
import { edKey, type IssuerKey, issuerKey, rsaKey, signedToken } from '../../../../test/support/tokens.js';
import type { Diagnostic } from '../../../diagnostic/index.js';
import { defaultLimits } from '../../../limits.js';
import { GateView } from '../../view.js';
import type { Authentication, Authenticator } from '../authenticator.js';
import { createAuthenticator, createAuthShared } from '../create.js';
import { authenticationOptionsSchema } from '../options.js';

/** Settings of a provider as propylon.yaml has them, of whatever shape. */
type Written = Readonly<Record<string, unknown>>;

const issuer = 'https://id.example';
const clock = handClock();
const now = handEpoch / 1000;
const folder = mkdtempSync(join(tmpdir(), 'propylon-jwt-'));
afterAll(() => rmSync(folder, { recursive: true }));
const problems: Diagnostic[] = [];
const warnings: string[] = [];

function providers(written: Readonly<Record<string, Written>>, time = clock): readonly Authenticator[] {
  const options = authenticationOptionsSchema.parse({ providers: written });
  const shared = createAuthShared(options, {
    clock: time,
    random: Math.random,
    limits: defaultLimits,
    warn: (text) => void warnings.push(text),
    report: (diagnostic) => void problems.push(diagnostic),
  });
  return Object.entries(options.providers).map(([name, one]) => createAuthenticator(name, one, shared));
}

function provider(written: Written, time = clock): Authenticator {
  const [only] = providers({ p: { type: 'jwt', issuer, aud: ['shop'], ...written } }, time);
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

describe('a secret in a file', () => {
  it.each<[string, string]>([
    ['as it is', ''],
    ['with the line break of an editor', '\n'],
    ['with that of another', '\r\n'],
  ])('%s', async (_, end) => {
    const file = join(folder, 'secret');
    writeFileSync(file, Buffer.concat([secret, Buffer.from(end)]));
    const to = provider({ keys: { secretFile: file } });
    expect(await outcome(to, signedToken({ alg: 'HS256' }, good, secret))).toBe('principal');
    expect(await outcome(to, signedToken({ alg: 'HS512' }, good, secret))).toBe(algorithm);
  });
});

/** A JWKS file for a provider, which can be written again. */
function jwksFile(...keys: readonly unknown[]): {
  readonly file: string;
  write(...keys: readonly unknown[]): void;
} {
  const file = join(mkdtempSync(join(folder, 'keys-')), 'jwks.json');
  const write = (...next: readonly unknown[]): void => writeFileSync(file, JSON.stringify({ keys: next }));
  write(...keys);
  return { file, write };
}

const forged = "The token's signature is not valid";
const algorithm = "The token's algorithm is not accepted";
const unknown = 'The token is signed with a key that its issuer does not have';

/** Until the one file has been looked at again. */
async function reloaded(time: HandClock): Promise<void> {
  time.moveTo(time.now() + defaultLimits.fileReloadMs);
  await vi.waitUntil(() => time.timers === 1, 10_000);
}

describe('attacks of RFC 8725 and its kin', () => {
  const ecToken = (header: Written, claims: Written = good): string =>
    signedToken({ alg: 'ES256', kid: 'ec', ...header }, claims, ec.privateKey);
  const unsigned = (header: Written): string => signedToken(header, good, undefined);
  const published = {
    keys: { jwksFile: jwksFile(ec.jwk, rsa.jwk, { kty: 'oct', kid: 'oct', k: 'c2VjcmV0' }).file },
  };
  const attacker = issuerKey('evil');

  it.each<[string, Written, () => string, string | undefined]>([
    ['§2.1 alg none', published, () => unsigned({ alg: 'none' }), algorithm],
    ['§2.1 alg None, in another case', published, () => unsigned({ alg: 'nOnE' }), algorithm],
    ['§2.1 no alg', published, () => unsigned({}), algorithm],
    ['§2.1 an alg that is no text', published, () => unsigned({ alg: ['ES256'] }), algorithm],
    ['§2.1 no signature', published, () => unsigned({ alg: 'ES256', kid: 'ec' }), forged],
    [
      '§2.1 the public key as an HMAC secret, in PEM form',
      published,
      () => signedToken({ alg: 'HS256', kid: 'rsa' }, good, Buffer.from(rsa.pem)),
      algorithm,
    ],
    [
      '§2.1 the same, against a PEM',
      { keys: { pem: rsa.pem } },
      () => signedToken({ alg: 'HS256' }, good, Buffer.from(rsa.pem)),
      algorithm,
    ],
    [
      '§2.1 a secret that is published',
      published,
      () => signedToken({ alg: 'HS256', kid: 'oct' }, good, Buffer.from('secret')),
      algorithm,
    ],
    [
      '§2.1 an algorithm of another kind than the key',
      published,
      () => signedToken({ alg: 'ES256', kid: 'rsa' }, good, ec.privateKey),
      unknown,
    ],
    [
      '§2.1 an algorithm that the provider does not allow',
      { keys: { jwk: rsa.jwk }, algorithms: ['PS256'] },
      () => signedToken({ alg: 'RS256', kid: 'rsa' }, good, rsa.privateKey),
      algorithm,
    ],
    [
      '§2.1 an algorithm that the key is not for (alg)',
      { keys: { jwk: { ...rsa.jwk, alg: 'PS256' } } },
      () => signedToken({ alg: 'RS256', kid: 'rsa' }, good, rsa.privateKey),
      unknown,
    ],
    [
      '§2.4 an ECDSA signature of zeros (CVE-2022-21449)',
      published,
      () => {
        const [head, body] = ecToken({}).split('.');
        return `${head}.${body}.${Buffer.alloc(64).toString('base64url')}`;
      },
      forged,
    ],
    [
      '§2.6 another curve than the algorithm has',
      { keys: { jwk: issuerKey('ec', 'P-384').jwk } },
      () => ecToken({}),
      unknown,
    ],
    [
      '§3.1 the claims of another token',
      published,
      () => {
        const [head, , signature] = ecToken({}).split('.');
        const [, body] = ecToken({}, { ...good, sub: 'root' }).split('.');
        return `${head}.${body}.${signature}`;
      },
      forged,
    ],
    [
      '§3.5 a key of another',
      published,
      () => signedToken({ alg: 'ES256', kid: 'ec' }, good, attacker.privateKey),
      forged,
    ],
    ['a kid that nobody has', published, () => ecToken({ kid: 'nobody' }), unknown],
    ['a kid that is a path', published, () => ecToken({ kid: '../../../../dev/null' }), unknown],
    ['a kid that is SQL', published, () => ecToken({ kid: "x' UNION SELECT 'secret" }), unknown],
    ['a kid that every object has', published, () => ecToken({ kid: '__proto__' }), unknown],
    [
      'a kid that is an object',
      published,
      () => ecToken({ kid: {} }),
      'The token names its key in another form',
    ],
    [
      '§3.10 its own key (jwk)',
      published,
      () => signedToken({ alg: 'ES256', jwk: attacker.jwk }, good, attacker.privateKey),
      forged,
    ],
    [
      '§3.10 keys of its own choice (jku, x5u)',
      published,
      () =>
        signedToken(
          { alg: 'ES256', kid: 'evil', jku: 'http://127.0.0.1:1/', x5u: 'http://127.0.0.1:1/' },
          good,
          attacker.privateKey,
        ),
      unknown,
    ],
    [
      'a critical extension',
      published,
      () => ecToken({ crit: ['exp'], exp: 1 }),
      'The token needs an extension that is not known here',
    ],
    [
      'no critical extension at all',
      published,
      () => ecToken({ crit: [] }),
      'The token needs an extension that is not known here',
    ],
    [
      'a payload that is not encoded (RFC 7797)',
      published,
      () => ecToken({ b64: false }),
      'The token is encrypted, compressed or not encoded',
    ],
    [
      'a compressed one (zip)',
      published,
      () => ecToken({ zip: 'DEF' }),
      'The token is encrypted, compressed or not encoded',
    ],
    ['a token within a token', published, () => ecToken({ cty: 'JWT' }), 'The token holds another token'],
    [
      '§3.11 a logout token',
      published,
      () => ecToken({ typ: 'logout+jwt' }),
      'The token is of another type (typ)',
    ],
    [
      '§3.11 a proof of DPoP',
      published,
      () => ecToken({ typ: 'dpop+jwt' }),
      'The token is of another type (typ)',
    ],
    ['a type that is no text', published, () => ecToken({ typ: 7 }), 'The token is of another type (typ)'],
    ['an encrypted one (JWE)', published, () => 'eyJhbGciOiJkaXIifQ..aXY.Y3Q.dGFn', undefined],
    [
      '§2.8 another issuer',
      published,
      () => ecToken({}, { ...good, iss: 'https://id.example.evil' }),
      undefined,
    ],
    [
      '§2.8 an issuer with a slash more',
      published,
      () => ecToken({}, { ...good, iss: `${issuer}/` }),
      undefined,
    ],
    ['§2.8 a list with the issuer', published, () => ecToken({}, { ...good, iss: [issuer] }), undefined],
    ['§2.8 no issuer', published, () => ecToken({}, { ...good, iss: undefined }), undefined],
    ['no JSON in the header', published, () => `${'x'.repeat(10)}.e30.c2ln`, undefined],
    [
      'claims that are a list',
      published,
      () => signedToken({ alg: 'ES256' }, [good], ec.privateKey),
      undefined,
    ],
    [
      'claims that are not UTF-8',
      published,
      () => {
        const text = Buffer.from(JSON.stringify({ ...good, sub: 'x' }))
          .toString('latin1')
          .replace('x', '\xff');
        return `e30.${Buffer.from(text, 'latin1').toString('base64url')}.c2ln`;
      },
      undefined,
    ],
    ['another alphabet than base64url', published, () => ecToken({}).replaceAll('.', '+.'), undefined],
    [
      'a token that is bound to a key',
      published,
      () => ecToken({}, { ...good, cnf: { jkt: 'x' } }),
      'The token is bound to a DPoP key',
    ],
  ])('%s', async (_, keys, token, why) => {
    expect(await outcome(provider(keys), token())).toBe(why);
  });

  it('the kid of one key does not stand for another, though both are good', async () => {
    const to = provider(published);
    const other = signedToken({ alg: 'ES256', kid: 'rsa' }, good, ec.privateKey);
    expect([await outcome(to, ecToken({})), await outcome(to, other)]).toEqual(['principal', unknown]);
  });
});

describe('claims', () => {
  const to = provider({ keys: { jwk: ec.jwk }, aud: ['shop', 'store'] });
  const token = (claims: Written, header: Written = {}): string =>
    signedToken({ alg: 'ES256', ...header }, { ...good, ...claims }, ec.privateKey);
  const noExpiry = 'The token has no valid time of expiry (exp)';
  const wrongTime = 'The token has a time that is none (nbf, iat)';
  const wrongAudience = 'The token is meant for somebody else (aud)';

  it.each<[string, Written, string]>([
    ['the other audience', { aud: 'store' }, 'principal'],
    ['a list of audiences', { aud: ['x', 'store'] }, 'principal'],
    ['another audience', { aud: 'sho' }, wrongAudience],
    ['no audience', { aud: undefined }, wrongAudience],
    ['an audience that is an object', { aud: { shop: true } }, wrongAudience],
    ['audiences within audiences', { aud: [['shop']] }, wrongAudience],
    ['no expiry', { exp: undefined }, noExpiry],
    ['an expiry that is a text (CVE-2026-44459)', { exp: `${now + 60}` }, noExpiry],
    ['no expiry, but null', { exp: null }, noExpiry],
    ['an expiry within the tolerance', { exp: now - 29 }, 'principal'],
    ['an expiry beyond it', { exp: now - 31 }, 'The token has expired'],
    ['a beginning within the tolerance', { nbf: now + 29 }, 'principal'],
    ['a beginning beyond it', { nbf: now + 31 }, 'The token does not count yet (nbf)'],
    ['a beginning that is a text', { nbf: '0' }, wrongTime],
    ['an origin in the future', { iat: now + 31 }, 'The token comes from the future (iat)'],
    ['an origin that is a list', { iat: [now] }, wrongTime],
    ['no subject', { sub: undefined }, 'The token does not say whose it is'],
    ['an empty subject', { sub: '' }, 'The token does not say whose it is'],
    ['a subject that is a number', { sub: 7 }, 'The token does not say whose it is'],
  ])('%s', async (_, claims, why) => {
    expect(await outcome(to, token(claims))).toBe(why);
  });

  it('an expiry of 1e999 is none', async () => {
    const [head, body] = token({ exp: 1 }).split('.');
    const endless = Buffer.from(body ?? '', 'base64url')
      .toString()
      .replace('"exp":1', '"exp":1e999');
    expect(await outcome(to, `${head}.${Buffer.from(endless).toString('base64url')}.c2ln`)).toBe(noExpiry);
  });

  it.each<[string, Written, Written, string]>([
    ['a client that counts', { azp: ['web'] }, { azp: 'web' }, 'principal'],
    ['its name by RFC 9068', { azp: ['web'] }, { client_id: 'web' }, 'principal'],
    ['its name by Entra ID', { azp: ['web'] }, { appid: 'web' }, 'principal'],
    [
      'a client that does not',
      { azp: ['web'] },
      { azp: 'cli', client_id: 'web' },
      'The token was given to a client that does not count here (azp)',
    ],
    ['no client', { azp: ['web'] }, {}, 'The token was given to a client that does not count here (azp)'],
    ['a young one', { maxAge: '1h' }, { iat: now - 3600 }, 'principal'],
    [
      'one that is too old, whatever it says itself',
      { maxAge: '1h' },
      { iat: now - 3631 },
      'The token has expired',
    ],
    ['one without age', { maxAge: '1h' }, {}, 'The token does not say how old it is (iat)'],
    ['no tolerance', { clockTolerance: '0s' }, { exp: now - 1 }, 'The token has expired'],
    [
      'an audience that is not checked',
      { aud: { unchecked: 'issued for this API alone' } },
      { aud: undefined },
      'principal',
    ],
    [
      'an issuer that is not checked',
      { issuer: { unchecked: 'the key is of this API alone' } },
      { iss: 'x' },
      'principal',
    ],
    ['another subject', { subject: 'user.id' }, { sub: undefined, user: { id: 'bob' } }, 'principal'],
    [
      'a subject whose name has dots',
      { subject: ['https://x.example/id'] },
      { 'https://x.example/id': 'b' },
      'principal',
    ],
    [
      'a subject that every object has',
      { subject: 'constructor.name' },
      {},
      'The token does not say whose it is',
    ],
  ])('%s', async (_, options, claims, why) => {
    expect(await outcome(provider({ keys: { jwk: ec.jwk }, ...options }), token(claims))).toBe(why);
  });

  const access = { sub: 'ann', client_id: 'web', iat: now, jti: '1' };
  it.each<[string, Written, Written, string]>([
    ['an access token', { typ: 'at+jwt' }, access, 'principal'],
    ['the long form of its type', { typ: 'application/AT+JWT' }, access, 'principal'],
    ['a token of no type', {}, access, 'The token is of another type (typ)'],
    ['an ID token', { typ: 'JWT' }, access, 'The token is of another type (typ)'],
    ...['client_id', 'iat', 'jti'].map((name): [string, Written, Written, string] => [
      `one without ${name}`,
      { typ: 'at+jwt' },
      { ...access, [name]: undefined },
      `The token lacks what access tokens must have (${name})`,
    ]),
  ])('typ: at+jwt (RFC 9068): %s', async (_, header, claims, why) => {
    expect(await outcome(provider({ keys: { jwk: ec.jwk }, typ: 'at+jwt' }), token(claims, header))).toBe(
      why,
    );
  });

  it('a principal is its provider and its subject, which no other pair is', async () => {
    const [one] = providers({ 'a-b': { type: 'jwt', issuer, aud: ['shop'], keys: { jwk: ec.jwk } } });
    const said = one && (await show(one, token({ sub: 'x:y' })));
    expect(said).toMatchObject({
      principal: {
        id: 'a-b:x:y',
        provider: 'a-b',
        subject: 'x:y',
        kind: 'jwt',
        audience: 'public',
        expiresAt: (now + 60 + 30) * 1000,
      },
    });
    expect(authenticationOptionsSchema.safeParse({ providers: { 'a:b': {} } }).success).toBe(false);
  });
});

describe('scopes', () => {
  /** What their issuers put into access tokens, by their own documentation, shortened. */
  const okta = {
    ver: 1,
    jti: 'AT.1',
    iss: issuer,
    aud: 'shop',
    iat: now,
    exp: now + 60,
    cid: '0oa1',
    uid: '00u1',
    scp: ['openid', 'books.read'],
    auth_time: now,
    sub: 'ann@example.com',
    groups: ['Everyone'],
  };
  const auth0 = {
    iss: issuer,
    sub: 'auth0|5f7c',
    aud: ['shop', 'https://x.auth0.com/userinfo'],
    iat: now,
    exp: now + 60,
    azp: 'my_client',
    scope: 'openid profile books:read',
    permissions: ['books:read', 'books:write'],
  };
  const keycloak = {
    exp: now + 60,
    iat: now,
    jti: 'onrtac:1',
    iss: issuer,
    aud: ['shop', 'account'],
    sub: 'f:1:ann',
    typ: 'Bearer',
    azp: 'web',
    sid: '1',
    realm_access: { roles: ['offline_access', 'librarian'] },
    resource_access: { shop: { roles: ['books-write'] }, account: { roles: ['manage-account'] } },
    scope: 'openid email',
    email_verified: true,
  };
  const entraUser = {
    aud: 'shop',
    iss: issuer,
    iat: now,
    nbf: now,
    exp: now + 60,
    azp: '0000-1',
    azpacr: '1',
    oid: '1-2',
    sub: 'pairwise',
    scp: 'Books.Read Books.Write',
    tid: 't',
    ver: '2.0',
    name: 'Ann',
  };
  const entraApp = {
    aud: 'shop',
    iss: issuer,
    iat: now,
    nbf: now,
    exp: now + 60,
    azp: '0000-2',
    oid: '3-4',
    sub: '3-4',
    roles: ['Books.Read.All'],
    idtyp: 'app',
    tid: 't',
    ver: '2.0',
  };
  const rfc9068 = { ...good, client_id: 'web', jti: '1', iat: now, scope: 'books.read books.write' };

  it.each<[string, Written, Written, string[]]>([
    ['okta', { preset: 'okta' }, okta, ['openid', 'books.read']],
    ['auth0', { preset: 'auth0' }, auth0, ['openid', 'profile', 'books:read', 'books:write']],
    [
      'keycloak: of the realm and of the API itself, not of other clients',
      { preset: 'keycloak' },
      keycloak,
      ['openid', 'email', 'offline_access', 'librarian', 'books-write'],
    ],
    ['entra, for a user', { preset: 'entra' }, entraUser, ['Books.Read', 'Books.Write']],
    ['entra, for an app', { preset: 'entra' }, entraApp, ['Books.Read.All']],
    ['none: RFC 9068', {}, rfc9068, ['books.read', 'books.write']],
    ['none, and a list', {}, okta, ['openid', 'books.read']],
    ['none, and neither', {}, entraApp, []],
    [
      'another place',
      { scopes: ['groups', ['resource_access', 'account', 'roles']] },
      { ...okta, ...{ resource_access: keycloak.resource_access } },
      ['Everyone', 'manage-account'],
    ],
    [
      'values that are no names',
      {},
      { ...good, scope: '  a  b ', scp: [1, null, { a: 1 }, 'c d'] },
      ['a', 'b', 'c d'],
    ],
    ['an object for a list', { preset: 'entra' }, { ...good, roles: { admin: true } }, []],
    ['a prototype for a claim', { scopes: ['__proto__.x', 'constructor.name', 'toString'] }, good, []],
  ])('preset %s', async (_, options, claims, scopes) => {
    const to = provider({ keys: { jwk: ec.jwk }, ...options });
    const said = await show(to, signedToken({ alg: 'ES256', kid: 'ec' }, claims, ec.privateKey));
    expect(said?.kind === 'principal' ? [...said.principal.scopes] : said).toEqual(scopes);
  });
});

describe('what is remembered', () => {
  const token = (claims: Written = {}, header: Written = {}): string =>
    signedToken({ alg: 'ES256', kid: 'ec', ...header }, { ...good, ...claims }, ec.privateKey);

  it('a token is verified once, and again known without leaving the stack', async () => {
    const to = provider({ keys: { jwk: ec.jwk } });
    const shown = token();
    const first = to.authenticate(viewOf(`Bearer ${shown}`));
    const second = to.authenticate(viewOf(`Bearer ${shown}`));
    expect(first).toBeInstanceOf(Promise);
    const said = await first;
    expect(await second).toBe(said);
    expect(to.authenticate(viewOf(`Bearer ${shown}`))).toBe(said);
    expect(to.authenticate(viewOf(`Bearer ${token()}`))).toBeInstanceOf(Promise);
  });

  it('until it expires', async () => {
    const to = provider({ keys: { jwk: ec.jwk } });
    const shown = token({ exp: now + 1 });
    expect(await outcome(to, shown)).toBe('principal');
    clock.moveTo(31_000 - 1);
    expect(to.authenticate(viewOf(`Bearer ${shown}`))).toMatchObject({ kind: 'principal' });
    clock.moveTo(31_000);
    expect(to.authenticate(viewOf(`Bearer ${shown}`))).toMatchObject({
      kind: 'invalid',
      reason: 'TOKEN_EXPIRED',
    });
    clock.moveTo(5);
  });

  it('a forged one is remembered too, for a while', async () => {
    const to = provider({ keys: { jwk: ec.jwk } });
    const shown = signedToken({ alg: 'ES256', kid: 'ec' }, good, issuerKey('evil').privateKey);
    expect(await outcome(to, shown)).toBe(forged);
    expect(to.authenticate(viewOf(`Bearer ${shown}`))).toMatchObject({
      kind: 'invalid',
      description: forged,
    });
    clock.moveTo(60_005);
    expect(to.authenticate(viewOf(`Bearer ${shown}`))).toBeInstanceOf(Promise);
    clock.moveTo(5);
  });

  it('not by another provider', async () => {
    const [one, two] = providers({
      one: { type: 'jwt', issuer, aud: ['shop'], keys: { jwk: ec.jwk } },
      two: { type: 'jwt', issuer, aud: ['else'], keys: { jwk: ec.jwk } },
    });
    expect(one && (await outcome(one, token()))).toBe('principal');
    expect(two && (await outcome(two, token()))).toBeUndefined();
    expect(two && (await outcome(two, token({ aud: 'else' })))).toBe('principal');
  });

  it('whose a token is, of several issuers, the first time as the next', async () => {
    const written = (iss: string): Written => ({
      type: 'jwt',
      issuer: iss,
      aud: ['shop'],
      keys: { jwk: ec.jwk },
    });
    const all = providers({ a: written('https://a'), b: written('https://b'), c: written('https://c') });
    for (const iss of ['https://a', 'https://b', 'https://c', 'https://d']) {
      const shown = token({ iss });
      const taken = async (): Promise<unknown> => Promise.all(all.map((to) => outcome(to, shown)));
      const expected = ['https://a', 'https://b', 'https://c'].map((own) =>
        own === iss ? 'principal' : undefined,
      );
      expect([await taken(), await taken(), await taken()]).toEqual([expected, expected, expected]);
    }
  });

  it('a key that leaves its file takes the tokens with it that it has signed, and others stay', async () => {
    const { file, write } = jwksFile(ec.jwk, rsa.jwk);
    const time = handClock();
    const to = provider({ keys: { jwksFile: file } }, time);
    const other = signedToken({ alg: 'RS256', kid: 'rsa' }, good, rsa.privateKey);
    expect([await outcome(to, token()), await outcome(to, other)]).toEqual(['principal', 'principal']);
    write(rsa.jwk);
    await reloaded(time);
    expect(await outcome(to, token())).toBe(unknown);
    expect(to.authenticate(viewOf(`Bearer ${other}`))).toMatchObject({ kind: 'principal' });
    // The same name, and another key.
    write({ ...issuerKey('ec').jwk });
    await reloaded(time);
    expect([await outcome(to, token()), await outcome(to, other)]).toEqual([forged, unknown]);
  });

  it('a file that is broken leaves the last keys in use, and the operator is told once', async () => {
    const { file, write } = jwksFile(ec.jwk);
    const time = handClock();
    const to = provider({ keys: { jwksFile: file } }, time);
    warnings.length = 0;
    writeFileSync(file, '{"keys":');
    await reloaded(time);
    await reloaded(time);
    expect(await outcome(to, token())).toBe('principal');
    write({ ...ec.jwk, use: 'enc' });
    await reloaded(time);
    expect(await outcome(to, token())).toBe('principal');
    expect(warnings).toEqual([
      expect.stringMatching(/cannot be used: it is in no JSON; what was read last stays in use/),
      expect.stringMatching(/it is in no JWK set that has public keys/),
    ]);
  });
});
