import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { GateOptionsInput, PolicyInput } from '../../src/gate/index.js';
import { createGateway, DiagnosticsError } from '../../src/index.js';
import { type EchoGateway, echoImage, startEchoGateway } from '../support/echo-gateway.js';
import { gateSettings } from '../support/gate-settings.js';
import { sendRaw } from '../support/raw-http.js';
import { issuerKey, signedToken } from '../support/tokens.js';

/** Who may come in, and what those are told who may not. */

const key = issuerKey('k1');
const partnerKey = issuerKey('p1');
const authentication: GateOptionsInput['authentication'] = {
  realm: 'shop',
  providers: {
    staff: {
      type: 'jwt',
      issuer: 'https://id.example',
      aud: ['shop'],
      keys: { jwk: key.jwk },
      audience: 'internal',
    },
    partners: {
      type: 'jwt',
      issuer: 'https://partners.example',
      aud: ['shop'],
      keys: { pem: partnerKey.pem },
    },
  },
};

const seconds = (): number => Math.floor(Date.now() / 1000);
const token = (claims: Readonly<Record<string, unknown>> = {}, signer = key): string =>
  signedToken(
    { alg: 'ES256', kid: signer.kid },
    { iss: 'https://id.example', aud: 'shop', sub: 'ann', exp: seconds() + 60, ...claims },
    signer.privateKey,
  );
const partner = (): string => token({ iss: 'https://partners.example' }, partnerKey);

const challenge = 'Bearer realm="shop"';

async function start(policies: Readonly<Record<string, PolicyInput>>): Promise<EchoGateway> {
  // A client may lose what came just before its connection was cut.
  return startEchoGateway({ ...gateSettings(policies, { authentication }), streamCleanEnd: true });
}

describe('authentication', () => {
  let echo: EchoGateway;
  beforeAll(async () => {
    echo = await start({
      't.T.Ping': { authentication: { mode: 'none' } },
      't.T.ServerStream': { authentication: { mode: 'optional' } },
      't.T.ClientStream': { authentication: { providers: ['staff'] } },
    });
  });
  afterAll(() => echo?.close());

  async function get(path: string, authorization?: string): Promise<Response> {
    const headers = authorization === undefined ? {} : { authorization };
    return fetch(`${echo.url}${path}`, { headers });
  }

  it.each<[string, () => string | undefined]>([
    ['a token', () => `Bearer ${token()}`],
    ['a token of another issuer that is known', () => `Bearer ${partner()}`],
    ['a scheme in another case', () => `bEaReR ${token()}`],
    ['more than one blank', () => `Bearer   ${token()}`],
  ])('lets in: %s', async (_, authorization) => {
    expect((await get('/v1/echo', authorization())).status).toBe(200);
  });

  it('says what is needed, without an error, to whoever shows nothing (RFC 6750 §3.1)', async () => {
    const response = await get('/v1/echo');
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, challenge]);
    expect(await response.json()).toMatchObject({
      code: 16,
      details: [{ reason: 'CREDENTIALS_MISSING', domain: 'propylon' }],
    });
  });

  it.each<[string, () => string, string, string]>([
    [
      'an expired one',
      () => `Bearer ${token({ exp: seconds() - 60 })}`,
      'TOKEN_EXPIRED',
      'The token has expired',
    ],
    [
      'one that is meant for somebody else',
      () => `Bearer ${token({ aud: 'other' })}`,
      'CREDENTIALS_INVALID',
      'The token is meant for somebody else (aud)',
    ],
    [
      'one of an unknown issuer',
      () => `Bearer ${token({ iss: 'https://evil.example' })}`,
      'CREDENTIALS_INVALID',
      'The credentials are of no provider that counts here',
    ],
    [
      'an opaque one',
      () => 'Bearer abc',
      'CREDENTIALS_INVALID',
      'The credentials are of no provider that counts here',
    ],
    ['none behind its scheme', () => 'Bearer', 'CREDENTIALS_INVALID', 'The token is malformed'],
    [
      'two behind one scheme',
      () => `Bearer ${token()}, Bearer ${token()}`,
      'CREDENTIALS_INVALID',
      'The token is malformed',
    ],
    [
      'an endless one',
      () => `Bearer ${'a'.repeat(9_000)}`,
      'CREDENTIALS_INVALID',
      'The token is larger than the limit',
    ],
    [
      'another scheme',
      () => 'Basic YTpi',
      'CREDENTIALS_INVALID',
      'The credentials are of no provider that counts here',
    ],
    [
      'a scheme that is none',
      () => token(),
      'CREDENTIALS_INVALID',
      'The credentials are of no provider that counts here',
    ],
  ])('refuses %s, and says why', async (_, authorization, reason, description) => {
    const response = await get('/v1/echo', authorization());
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([
      401,
      `${challenge}, error="invalid_token", error_description="${description}"`,
    ]);
    expect(await response.json()).toMatchObject({
      code: 16,
      message: `${description}.`,
      details: [{ reason }],
    });
  });

  it('two Authorization fields are two callers, and neither of them (RFC 6750 §2)', async () => {
    const field = `Authorization: Bearer ${token()}\r\n`;
    const { text } = await sendRaw(
      echo.port,
      `GET /v1/echo HTTP/1.1\r\nHost: a\r\n${field}${field}Connection: close\r\n\r\n`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toContain('CREDENTIALS_CONFLICT');
  });

  it.each<[string, string, string | undefined, number]>([
    ['a public method, which the backend does not have, without', '/v1/raw', undefined, 501],
    ['a public method, with bad ones, which nobody looks at', '/v1/raw', 'Bearer abc', 501],
    ['an optional one, without', '/v1/stream', undefined, 200],
    ['an optional one, with bad ones', '/v1/stream', 'Bearer abc', 401],
  ])('%s', async (_, path, authorization, status) => {
    const response = await get(path, authorization);
    await response.text();
    expect(response.status).toBe(status);
  });

  it('providers that the policy does not name do not count', async () => {
    const send = async (bearer: string): Promise<number> => {
      const response = await fetch(`${echo.url}/v1/collect`, {
        method: 'POST',
        body: '{}',
        headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      });
      await response.text();
      return response.status;
    };
    expect([await send(token()), await send(partner())]).toEqual([200, 401]);
  });

  it('a stream ends with the token that began it', async () => {
    // The clock tolerance is 30 s: a second or two are left.
    const expiring = token({ exp: seconds() - 28 });
    const response = await fetch(`${echo.url}/v1/talk/endless`, {
      method: 'POST',
      duplex: 'half',
      headers: { authorization: `Bearer ${expiring}`, 'content-type': 'application/x-ndjson' },
      body: new ReadableStream({ start: (open) => open.enqueue(Buffer.from('{}\n')) }),
    });
    expect(response.status).toBe(200);
    expect(await response.text()).toMatch(/^\{"name":"endless"\}\n\{.*"code":16,.*"TOKEN_EXPIRED"/);
  });

  it('a WebSocket is refused at its handshake, and closed when its token expires', async () => {
    const open = (bearer: string): WebSocket =>
      new WebSocket(`ws://127.0.0.1:${echo.port}/v1/talk/socket`, [
        'propylon.json',
        `propylon.bearer.${bearer}`,
      ]);
    const refused = open(token({ aud: 'other' }));
    const [response] = await new Promise<[IncomingMessage]>((resolve) =>
      refused.once('unexpected-response', (_, answer) => resolve([answer])),
    );
    expect(response.statusCode).toBe(401);
    const socket = open(token({ exp: seconds() - 28 }));
    await once(socket, 'open');
    socket.send('{}');
    const closed = once(socket, 'close');
    expect(String((await once(socket, 'message'))[0])).toBe('{"name":"socket"}');
    expect(String((await once(socket, 'message'))[0])).toContain('TOKEN_EXPIRED');
    expect((await closed)[0]).toBe(4016);
  });

  it('a path that nobody has is nobody’s secret', async () => {
    expect((await get('/v1/nothing')).status).toBe(404);
  });
});

describe('at load', () => {
  const load = (settings: ReturnType<typeof gateSettings>) =>
    createGateway({
      sources: [{ label: 'echo', load: async () => echoImage }],
      backends: [{ selector: '*', target: '127.0.0.1:1' }],
      ...settings,
    });

  async function problems(settings: ReturnType<typeof gateSettings>): Promise<string[]> {
    try {
      const gateway = await load(settings);
      await gateway.close();
      return gateway.diagnostics.map(({ code, text, hint }) => `${code} ${text} ${hint}`);
    } catch (error) {
      if (!(error instanceof DiagnosticsError)) throw error;
      return error.diagnostics.map(({ code, text, hint }) => `${code} ${text} ${hint}`);
    }
  }

  it('a provider that is not configured fails the load, once, and the hint has those that are', async () => {
    const settings = gateSettings(
      { 't.T.Unary': { authentication: { providers: ['stuff'] } } },
      { authentication },
    );
    expect(await problems(settings)).toEqual([
      'POLICY_INVALID t.T.Unary takes credentials of the provider "stuff" (policies.t.T.Unary), which is not configured. Configured under authentication.providers: staff, partners.',
    ]);
  });

  it('a list of no providers fails the load: it would be closed to all', async () => {
    const settings = gateSettings({ 't.T.Unary': { authentication: { providers: [] } } }, { authentication });
    expect(await problems(settings)).toEqual([
      expect.stringMatching(/^POLICY_INVALID .* no provider at all/),
    ]);
  });

  it('policies without providers are told of: whatever is not public is closed to all', async () => {
    const settings = gateSettings({ 't.T.Unary': {}, 't.T.Ping': { authentication: { mode: 'none' } } });
    expect(await problems(settings)).toEqual([
      expect.stringMatching(/^PROVIDERS_NONE Every request to t\.T\.Unary, .* refused with 401.*mode: none/),
    ]);
  });

  it('without policies and providers everything is open, and nothing is said', async () => {
    expect(await problems(gateSettings({}))).toEqual([]);
  });

  it.each<[string, object, RegExp]>([
    [
      'a key that is too short',
      { jwk: { kty: 'RSA', n: 'AQAB', e: 'AQAB' } },
      /KEY_UNUSABLE .*"a" is too short/,
    ],
    ['a key for encryption', { jwk: { ...key.jwk, use: 'enc' } }, /KEY_UNUSABLE .*not for signatures/],
    [
      'a file that is not there',
      { jwksFile: '/nowhere/jwks.json' },
      /CREDENTIALS_FILE .*cannot be read \(ENOENT\)/,
    ],
  ])('%s fails the load', async (_, keys, text) => {
    const settings = gateSettings(
      {},
      { authentication: { providers: { a: { type: 'jwt', issuer: 'a', aud: ['b'], keys } } } },
    );
    expect(await problems(settings)).toEqual([expect.stringMatching(text)]);
  });
});
