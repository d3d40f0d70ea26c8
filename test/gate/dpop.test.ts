import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GateOptionsInput } from '../../src/gate/index.js';
import type { Limits } from '../../src/index.js';
import { dpopClient } from '../support/dpop.js';
import { type EchoGateway, startEchoGateway } from '../support/echo-gateway.js';
import { gateSettings } from '../support/gate-settings.js';
import { seenMetadata } from '../support/seen-metadata.js';
import { issuerKey, rsaKey, signedToken } from '../support/tokens.js';

/** Tokens that only who has a key may send (RFC 9449). */

const issuer = issuerKey('k1');
const client = dpopClient();
const thief = dpopClient();
const htu = 'https://api.example/shop/v1/echo';
const seconds = (): number => Math.floor(Date.now() / 1_000);
const token = (claims: Readonly<Record<string, unknown>> = {}): string =>
  signedToken(
    { alg: 'ES256', kid: issuer.kid },
    { iss: 'https://id.example', aud: 'shop', sub: 'ann', exp: seconds() + 60, ...claims },
    issuer.privateKey,
  );
const bound = token({ cnf: { jkt: client.jkt } });
const about = { htm: 'GET', htu, token: bound };

type Headers = Readonly<Record<string, string>>;
const dpop = (proof: string, text = bound): Headers => ({ authorization: `DPoP ${text}`, dpop: proof });

type Provider = NonNullable<GateOptionsInput['authentication']>['providers'][string];
type BindingOptions = Pick<Extract<Provider, { type: 'jwt' }>, 'dpop' | 'dpopNonce'>;
const login: Extract<Provider, { type: 'jwt' }> = {
  type: 'jwt',
  issuer: 'https://id.example',
  aud: ['shop'],
  keys: { jwk: issuer.jwk },
};

async function start(changed: BindingOptions = {}, limits: Partial<Limits> = {}): Promise<EchoGateway> {
  const providers = { login: { ...login, ...changed } };
  const settings = gateSettings(
    { '*': {} },
    { authentication: { realm: 'shop', publicUrl: 'https://api.example/shop/', providers } },
  );
  return startEchoGateway({ ...settings, limits }, seen.handlers);
}
const seen = seenMetadata();

describe('a token bound to a key', () => {
  let echo: EchoGateway;
  beforeAll(async () => {
    echo = await start();
  });
  afterAll(() => echo?.close());
  const get = (headers: Headers, path = '/v1/echo', method = 'GET'): Promise<Response> =>
    fetch(`${echo.url}${path}`, { headers, method });

  it('lets in whoever proves to have the key, time and again', async () => {
    expect((await get(dpop(client.proof(about)))).status).toBe(200);
    expect((await get(dpop(client.proof(about)))).status).toBe(200);
    expect(seen.last()['x-propylon-subject']).toEqual(['ann']);
  });

  it.each<[string, Parameters<typeof client.proof>[1], Partial<typeof about>?]>([
    ['another spelling of the URI', {}, { htu: 'HTTPS://API.example:443/shop/./v1/%65cho?x=1#y' }],
    ['"application/" before its type', { header: { typ: 'application/dpop+jwt' } }],
    ['a clock that is a little ahead', { claims: { iat: seconds() + 5 } }],
    ['some seconds on its way', { claims: { iat: seconds() - 30 } }],
    ['further claims', { claims: { exp: 1, x: 1 } }],
  ])('takes a proof with %s', async (_, changed, other) => {
    expect((await get(dpop(client.proof({ ...about, ...other }, changed)))).status).toBe(200);
  });

  // RFC 9449 §4.3, check by check.
  it.each<[string, () => Headers]>([
    ['no proof (1)', () => ({ authorization: `DPoP ${bound}` })],
    ['two proofs in one field (1)', () => dpop(`${client.proof(about)}, ${client.proof(about)}`)],
    ['no JWT (2)', () => dpop('x.y.z')],
    ['no jti (3)', () => dpop(client.proof(about, { claims: { jti: undefined } }))],
    ['an empty jti (3)', () => dpop(client.proof(about, { claims: { jti: '' } }))],
    ['an endless jti (3)', () => dpop(client.proof(about, { claims: { jti: 'a'.repeat(1_000) } }))],
    ['no htm (3)', () => dpop(client.proof(about, { claims: { htm: undefined } }))],
    ['no htu (3)', () => dpop(client.proof(about, { claims: { htu: undefined } }))],
    ['no iat (3)', () => dpop(client.proof(about, { claims: { iat: undefined } }))],
    ['no ath (3)', () => dpop(client.proof(about, { claims: { ath: undefined } }))],
    ['another type (4)', () => dpop(client.proof(about, { header: { typ: 'JWT' } }))],
    ['no type (4)', () => dpop(client.proof(about, { header: { typ: undefined } }))],
    ['no algorithm (5)', () => dpop(client.proof(about, { header: { alg: 'none' } }))],
    [
      'an algorithm of a shared secret (5)',
      () =>
        dpop(
          client.proof(about, {
            header: { alg: 'HS256', jwk: { kty: 'oct', k: 'c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0MTI' } },
            key: Buffer.from('secretsecretsecretsecret12'),
          }),
        ),
    ],
    ['a signature of another key (6)', () => dpop(client.proof(about, { key: thief.key }))],
    ['a changed claim (6)', () => dpop(tampered(client.proof(about)))],
    ['a private key in it (7)', () => dpop(client.proof(about, { header: { jwk: client.privateJwk } }))],
    ['no key in it (7)', () => dpop(client.proof(about, { header: { jwk: undefined } }))],
    [
      'a key that is none (7)',
      () => dpop(client.proof(about, { header: { jwk: { kty: 'EC', crv: 'P-256' } } })),
    ],
    ['another method (8)', () => dpop(client.proof({ ...about, htm: 'POST' }))],
    ['the method in another case (8)', () => dpop(client.proof({ ...about, htm: 'get' }))],
    ['another path (9)', () => dpop(client.proof({ ...about, htu: 'https://api.example/shop/v1/items' }))],
    ['another host (9)', () => dpop(client.proof({ ...about, htu: 'https://evil.example/shop/v1/echo' }))],
    ['another scheme (9)', () => dpop(client.proof({ ...about, htu: 'http://api.example/shop/v1/echo' }))],
    [
      'the host that we are reached by (9)',
      () => dpop(client.proof({ ...about, htu: `${echo.url}/v1/echo` })),
    ],
    ['an old iat (11)', () => dpop(client.proof(about, { claims: { iat: seconds() - 120 } }))],
    ['an iat of the future (11)', () => dpop(client.proof(about, { claims: { iat: seconds() + 120 } }))],
    [
      'an iat that is no number (11)',
      () => dpop(client.proof(about, { claims: { iat: String(seconds()) } })),
    ],
    ['the ath of another token (12)', () => dpop(client.proof({ ...about, token: token() }))],
    ['the key of somebody else (12)', () => dpop(thief.proof(about))],
  ])('refuses a proof with %s', async (_, headers) => {
    const before = seen.calls;
    const response = await get(headers());
    expect([response.status, seen.calls]).toEqual([401, before]);
    expect(response.headers.get('www-authenticate')).toMatch(
      /DPoP realm="shop", algs="[^"]*ES256[^"]*", error="invalid_dpop_proof"/,
    );
  });

  it('refuses a proof that was used before, by whatever name the URI goes', async () => {
    const claims = { jti: 'once' };
    expect((await get(dpop(client.proof(about, { claims })))).status).toBe(200);
    expect((await get(dpop(client.proof(about, { claims })))).status).toBe(401);
    const other = { ...about, htu: `${htu}?x=1` };
    expect((await get(dpop(client.proof(other, { claims })), '/v1/echo?text=a')).status).toBe(401);
  });

  it('takes the id of a proof again that was refused', async () => {
    const claims = { jti: 'again' };
    expect((await get(dpop(client.proof({ ...about, htm: 'PUT' }, { claims })))).status).toBe(401);
    expect((await get(dpop(client.proof(about, { claims })))).status).toBe(200);
  });

  it('takes the ids of one client for those of no other', async () => {
    const claims = { jti: 'shared' };
    const theirs = token({ sub: 'bob', cnf: { jkt: thief.jkt } });
    expect((await get(dpop(client.proof(about, { claims })))).status).toBe(200);
    expect((await get(dpop(thief.proof({ ...about, token: theirs }, { claims }), theirs))).status).toBe(200);
  });

  it('lets two fields be no proof', async () => {
    const response = await fetch(`${echo.url}/v1/echo`, {
      headers: [
        ['authorization', `DPoP ${bound}`],
        ['dpop', client.proof(about)],
        ['dpop', client.proof(about)],
      ],
    });
    expect(response.status).toBe(401);
  });

  it('is no bearer token, with a proof or without (§7.2)', async () => {
    const bearer = { authorization: `Bearer ${bound}` };
    expect((await get(bearer)).status).toBe(401);
    const response = await get({ ...bearer, dpop: client.proof(about) });
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringContaining('error="invalid_token"'),
    ]);
  });

  it('is the only one that the scheme DPoP takes', async () => {
    const plain = token();
    expect((await get(dpop(client.proof({ ...about, token: plain }), plain))).status).toBe(401);
    expect((await get({ authorization: `Bearer ${plain}` })).status).toBe(200);
  });

  it.each<[string, unknown]>([
    ['a text', 'x'],
    ['nothing that is known', { kid: 'x' }],
    ['a thumbprint that is none', { jkt: 7 }],
    ['nothing', null],
  ])('that is bound to %s lets nobody in', async (_, cnf) => {
    expect((await get({ authorization: `Bearer ${token({ cnf })}` })).status).toBe(401);
  });

  it('needs a proof for each method of its own', async () => {
    const body = '{"text":"a"}';
    const post = (proof: string): Promise<Response> =>
      fetch(`${echo.url}/v1/echo`, {
        ...{ method: 'POST', body },
        headers: { ...dpop(proof), 'content-type': 'application/json' },
      });
    expect((await post(client.proof(about))).status).toBe(401);
    expect((await post(client.proof({ ...about, htm: 'POST' }))).status).toBe(200);
  });

  it('may be of an RSA key', async () => {
    const { privateKey, jwk } = rsaKey('r');
    const { kid: _, ...own } = jwk;
    const { calculateJwkThumbprint } = await import('jose');
    const text = token({ cnf: { jkt: await calculateJwkThumbprint(own) } });
    const proof = client.proof(
      { ...about, token: text },
      { header: { alg: 'PS256', jwk: own }, key: privateKey },
    );
    expect((await get(dpop(proof, text))).status).toBe(200);
  });
});

/** A proof with another claim under the old signature. */
function tampered(proof: string): string {
  const [header, claims = '', signature] = proof.split('.');
  const changed = { ...JSON.parse(Buffer.from(claims, 'base64url').toString()), x: 1 };
  return [header, Buffer.from(JSON.stringify(changed)).toString('base64url'), signature].join('.');
}

describe('a provider', () => {
  it('that requires DPoP takes no bearer token', async () => {
    const echo = await start({ dpop: 'required' });
    try {
      const plain = await fetch(`${echo.url}/v1/echo`, { headers: { authorization: `Bearer ${token()}` } });
      expect([plain.status, plain.headers.get('www-authenticate')]).toEqual([
        401,
        expect.stringMatching(/^DPoP realm="shop"/),
      ]);
      const proven = await fetch(`${echo.url}/v1/echo`, { headers: dpop(client.proof(about)) });
      expect(proven.status).toBe(200);
    } finally {
      await echo.close();
    }
  });

  it('that looks at no proofs takes bound tokens as any other, and the scheme not at all', async () => {
    const echo = await start({ dpop: 'off' });
    try {
      const bearer = await fetch(`${echo.url}/v1/echo`, { headers: { authorization: `Bearer ${bound}` } });
      const scheme = await fetch(`${echo.url}/v1/echo`, { headers: dpop(client.proof(about)) });
      expect([bearer.status, scheme.status]).toEqual([200, 401]);
    } finally {
      await echo.close();
    }
  });

  it('that wants a nonce gives one, and takes proofs with it (§9)', async () => {
    const echo = await start({ dpopNonce: true });
    try {
      const get = (nonce: string | undefined): Promise<Response> =>
        fetch(`${echo.url}/v1/echo`, { headers: dpop(client.proof(about, { claims: { nonce } })) });
      const first = await get(undefined);
      expect([first.status, first.headers.get('www-authenticate')]).toEqual([
        401,
        expect.stringContaining('error="use_dpop_nonce"'),
      ]);
      const nonce = first.headers.get('dpop-nonce') ?? '';
      expect(nonce).toMatch(/^[\w-]{22}$/);
      expect((await get(nonce)).status).toBe(200);
      expect((await get('a'.repeat(22))).status).toBe(401);
      expect((await get('ü'.repeat(22))).status).toBe(401);
    } finally {
      await echo.close();
    }
  });

  it('whose memory of proofs is full lets nobody in rather than somebody twice: 503', async () => {
    const echo = await start({}, { dpopProofsMax: 1 });
    try {
      const get = (): Promise<Response> =>
        fetch(`${echo.url}/v1/echo`, { headers: dpop(client.proof(about)) });
      expect([(await get()).status, (await get()).status]).toEqual([200, 503]);
    } finally {
      await echo.close();
    }
  });

  it('that is to look at proofs needs to know for which URL they are', () => {
    expect(() =>
      gateSettings({}, { authentication: { providers: { login: { ...login, dpop: 'required' } } } }),
    ).toThrow(/publicUrl/);
  });
});
