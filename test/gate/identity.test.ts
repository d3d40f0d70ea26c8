import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, type JWTVerifyResult, jwtVerify } from 'jose';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { GateOptionsInput, PolicyInput } from '../../src/gate/index.js';
import { createGateway, DiagnosticsError } from '../../src/index.js';
import { type EchoGateway, echoImage, startEchoGateway } from '../support/echo-gateway.js';
import { gateSettings } from '../support/gate-settings.js';
import { sendRaw } from '../support/raw-http.js';
import { seenMetadata } from '../support/seen-metadata.js';
import { issuerKey, signedToken } from '../support/tokens.js';

/** What a backend learns of who calls, and that nobody else can tell it. */

const folder = mkdtempSync(join(tmpdir(), 'propylon-identity-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const keyFile = join(folder, 'identity.pem');
const newKeyPem = (curve = 'P-256'): string =>
  generateKeyPairSync('ec', { namedCurve: curve })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();

const issuer = issuerKey('k1');
const seconds = (): number => Math.floor(Date.now() / 1_000);
const token = (claims: Readonly<Record<string, unknown>> = {}): string =>
  signedToken(
    { alg: 'ES256', kid: issuer.kid },
    { iss: 'https://id.example', aud: 'shop', sub: 'ann', exp: seconds() + 600, ...claims },
    issuer.privateKey,
  );
const ann = token({ scope: 'orders.read', email: 'ann@example.com', tenant: { id: 7 } });

const caller = { authorization: `Bearer ${ann}`, 'x-propylon-subject': 'admin' };

const seen = seenMetadata();
let echo: EchoGateway;
afterEach(() => echo?.close());

const authentication: GateOptionsInput['authentication'] = {
  providers: {
    login: { type: 'jwt', issuer: 'https://id.example', aud: ['shop'], keys: { jwk: issuer.jwk } },
  },
};

async function start(
  identity?: GateOptionsInput['identity'],
  policy: PolicyInput = {},
  requestNames: readonly string[] = [],
): Promise<(headers?: Record<string, string>) => Promise<number>> {
  const settings = gateSettings({ '*': policy }, { authentication, ...(identity && { identity }) });
  echo = await startEchoGateway(
    { ...settings, metadata: { requestNames, responseNames: [] } },
    seen.handlers,
  );
  const { url } = echo;
  return async (headers = { authorization: `Bearer ${ann}` }) =>
    (await fetch(`${url}/v1/echo`, { headers })).status;
}

describe('the identity of the caller', () => {
  it('goes to the backend as metadata, once each', async () => {
    await (await start())();
    expect(seen.last()).toMatchObject({
      'x-propylon-subject': ['ann'],
      'x-propylon-principal': ['login:ann'],
      'x-propylon-provider': ['login'],
      'x-propylon-scopes': ['orders.read'],
      authorization: [`Bearer ${ann}`],
    });
  });

  it('has the names and claims of the configuration, and no others', async () => {
    await (
      await start({
        metadata: { 'x-user': 'subject', 'x-tenant': 'claims.tenant.id' },
        authorization: 'drop',
      })
    )();
    const names = Object.keys(seen.last()).filter((name) =>
      /^x-(?!forwarded|request)|^authorization/.test(name),
    );
    expect(names.sort()).toEqual(['x-tenant', 'x-user']);
    expect(seen.last()).toMatchObject({ 'x-user': ['ann'], 'x-tenant': ['7'] });
  });

  it.each<[string, () => Promise<unknown>]>([
    ['a response stream', () => fetch(`${echo.url}/v1/stream`, { headers: caller }).then((r) => r.text())],
    [
      'a request stream',
      () =>
        fetch(`${echo.url}/v1/collect`, {
          ...{ method: 'POST', body: '{}\n{}\n' },
          headers: { ...caller, 'content-type': 'application/x-ndjson' },
        }).then((r) => r.text()),
    ],
    [
      'a WebSocket',
      async () => {
        const socket = new WebSocket(`${echo.url.replace('http', 'ws')}/v1/talk/a`, { headers: caller });
        await once(socket, 'open');
        socket.send('{}');
        await once(socket, 'message');
        socket.close();
      },
    ],
  ])('goes with %s too, and what its client says does not', async (_, call) => {
    await start();
    await call();
    expect(seen.last()).toMatchObject({
      'x-propylon-subject': ['ann'],
      'x-propylon-principal': ['login:ann'],
    });
    expect(Object.values(seen.last()).flat()).not.toContain('admin');
  });

  it('is one line, whatever a subject holds', async () => {
    const call = await start();
    const sub = 'a\r\nx-propylon-scopes: admin\0é%';
    expect(await call({ authorization: `Bearer ${token({ sub })}` })).toBe(200);
    const [subject = ''] = seen.last()['x-propylon-subject'] ?? [];
    expect([decodeURIComponent(subject), seen.last()['x-propylon-scopes']]).toEqual([sub, ['']]);
  });

  const forged = [
    'x-propylon-subject',
    'X-Propylon-Subject',
    'x_propylon_subject',
    'x-propylon_subject',
    'x-propylon-anything',
    'x-propylon-jwt',
    'grpc-metadata-x-propylon-subject',
    'x-user',
    'X-USER',
    'x_user',
  ];
  it.each([
    ['nobody', 'none', {}],
    ['somebody', 'optional', { authorization: `Bearer ${ann}` }],
    ['nobody, though anybody might', 'optional', {}],
  ] as const)(
    'is never what the request of %s says of it, though the allow-list lets it through (%s)',
    async (_, mode, headers) => {
      const call = await start({ metadata: { 'x-user': 'subject' } }, { authentication: { mode } }, forged);
      const own = 'authorization' in headers ? ['ann'] : [];
      for (const name of forged) {
        expect(await call({ ...headers, [name]: 'admin' }), name).toBe(200);
        expect(Object.values(seen.last()).flat(), name).not.toContain('admin');
        expect(seen.last()['x-user'] ?? []).toEqual(own);
      }
    },
  );

  it('is never what several fields and trailers say, in HTTP/1.1', async () => {
    await start({ metadata: { 'x-user': 'subject' } }, { authentication: { mode: 'none' } }, [
      'x-user',
      'x-a',
    ]);
    const answer = await sendRaw(
      echo.port,
      [
        'POST /v1/echo HTTP/1.1',
        'host: a',
        'x-user: admin',
        'X-User: admin',
        'x-a: seen',
        'content-type: application/json',
        'transfer-encoding: chunked',
        'trailer: x-user',
        'connection: close',
        '',
        '2',
        '{}',
        '0',
        'x-user: admin',
        '',
        '',
      ].join('\r\n'),
    );
    expect(answer.statuses).toEqual([200]);
    expect(seen.last()['x-a']).toEqual(['seen']);
    expect(Object.values(seen.last()).flat()).not.toContain('admin');
  });

  it('is never what fields say, in HTTP/2', async () => {
    await start({ metadata: { 'x-user': 'subject' } }, { authentication: { mode: 'none' } }, ['x-user']);
    const session = connect(echo.url);
    const stream = session.request({
      ':path': '/v1/echo',
      'x-user': ['admin', 'admin'],
      'x-propylon-subject': 'admin',
    });
    const [headers] = await once(stream, 'response');
    session.destroy();
    expect(headers[':status']).toBe(200);
    expect(Object.values(seen.last()).flat()).not.toContain('admin');
  });

  it.each(['X-User', 'grpc-user', 'content-type', 'te', 'x_user', 'host'])('cannot be called %s', (name) => {
    expect(() => gateSettings({}, { identity: { metadata: { [name]: 'subject' } } })).toThrow();
  });
});

describe('the identity as a token of the gateway', () => {
  const jwt = { keyFile, issuer: 'https://gateway.example', audience: 'backends' };
  const tokenSeen = (name = 'x-propylon-jwt'): string => seen.last()[name]?.[0] ?? '';
  const verified = (text: string): Promise<JWTVerifyResult> =>
    jwtVerify(text, createRemoteJWKSet(new URL(`${echo.adminUrl}/jwks`)), {
      issuer: 'https://gateway.example',
      audience: 'backends',
    });

  it('can be verified by what the admin listener says', async () => {
    writeFileSync(keyFile, newKeyPem());
    await (await start({ jwt: { ...jwt, claims: ['email', 'missing'] } }))();
    const { payload, protectedHeader } = await verified(tokenSeen());
    expect(protectedHeader).toMatchObject({ alg: 'ES256', typ: 'JWT' });
    expect(payload).toEqual({
      iss: 'https://gateway.example',
      aud: 'backends',
      sub: 'ann',
      principal: 'login:ann',
      provider: 'login',
      scope: 'orders.read',
      email: 'ann@example.com',
      iat: expect.any(Number),
      exp: (payload.iat ?? 0) + 300,
    });
  });

  it('is signed once for many requests, and for each caller anew', async () => {
    writeFileSync(keyFile, newKeyPem());
    const call = await start({ jwt });
    await call();
    const first = tokenSeen();
    await call();
    expect(tokenSeen()).toBe(first);
    await call({ authorization: `Bearer ${token({ sub: 'bob' })}` });
    expect(decodeJwt(tokenSeen()).sub).toBe('bob');
  });

  it('says nothing that its claims must not: they cannot be overwritten by those of the caller', async () => {
    writeFileSync(keyFile, newKeyPem());
    const call = await start({ jwt: { ...jwt, claims: ['iss', 'aud', 'sub', 'exp', 'principal', 'scope'] } });
    await call({ authorization: `Bearer ${token({ principal: 'login:admin', scope: ['a'] })}` });
    expect((await verified(tokenSeen())).payload).toMatchObject({ principal: 'login:ann', sub: 'ann' });
  });

  it('does not outlive the credentials', async () => {
    writeFileSync(keyFile, newKeyPem());
    const exp = seconds() + 20;
    const call = await start({ jwt: { ...jwt, lifetime: '10m' } });
    await call({ authorization: `Bearer ${token({ exp })}` });
    // What counts is when the gateway stops to take the token: its tolerance included.
    expect(decodeJwt(tokenSeen()).exp).toBeLessThanOrEqual(exp + 30);
  });

  it("takes the place of the client's own, where it is called so", async () => {
    writeFileSync(keyFile, newKeyPem());
    const call = await start(
      { jwt: { ...jwt, metadata: 'authorization' } },
      { authentication: { mode: 'optional' } },
    );
    await call();
    const [own = '', ...others] = seen.last()['authorization'] ?? [];
    expect([decodeJwt(own.replace(/^Bearer /, '')).iss, others]).toEqual(['https://gateway.example', []]);
    await call({});
    expect(seen.last()['authorization']).toBeUndefined();
  });

  it('is signed with the next key once there is one, and what the last one has signed can still be verified', async () => {
    writeFileSync(keyFile, newKeyPem());
    const call = await start({ jwt });
    await call();
    const before = tokenSeen();
    writeFileSync(keyFile, newKeyPem('P-384'));
    await vi.waitFor(async () => {
      await call();
      expect(decodeProtectedHeader(tokenSeen()).alg).toBe('ES384');
    });
    await verified(before);
    await verified(tokenSeen());
  });

  it('is of nobody where nobody calls', async () => {
    writeFileSync(keyFile, newKeyPem());
    const call = await start({ jwt }, { authentication: { mode: 'optional' } });
    expect(await call({})).toBe(200);
    expect(seen.last()).not.toHaveProperty('x-propylon-jwt');
  });

  it('is text, and cannot stand where bytes do', () => {
    expect(() => gateSettings({}, { identity: { jwt: { ...jwt, metadata: 'x-a-bin' } } })).toThrow(/bytes/);
  });

  it.each<[string, string | undefined, object, RegExp]>([
    ['is not there', undefined, {}, /cannot be read/],
    ['is none', 'x', {}, /no private key/],
    ['is a public one', issuer.pem, {}, /no private key/],
    ['is of another algorithm', newKeyPem(), { algorithm: 'RS256' }, /cannot do RS256/],
    [
      'is too short',
      generateKeyPairSync('rsa', { modulusLength: 1_024 })
        .privateKey.export({ type: 'pkcs8', format: 'pem' })
        .toString(),
      {},
      /too short/,
    ],
  ])('with a key that %s fails the load', async (_, pem, more, message) => {
    if (pem === undefined) rmSync(keyFile, { force: true });
    else writeFileSync(keyFile, pem);
    const load = createGateway({
      sources: [{ label: 'echo', load: async () => echoImage }],
      backends: [{ selector: '*', target: '127.0.0.1:1' }],
      ...gateSettings({ '*': {} }, { authentication, identity: { jwt: { ...jwt, ...more } } }),
    });
    await expect(load).rejects.toThrow(DiagnosticsError);
    await expect(load).rejects.toThrow(message);
  });
});
