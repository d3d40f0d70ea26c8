import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GateOptionsInput } from '../../src/gate/index.js';
import { type EchoGateway, startEchoGateway } from '../support/echo-gateway.js';
import { gateSettings } from '../support/gate-settings.js';
import { seenMetadata } from '../support/seen-metadata.js';
import { issuerKey, signedToken } from '../support/tokens.js';
import { issueCertificate, type TestCertificate } from '../support/x509.js';

/** Certificates of clients, shown to us or to a sidecar, and tokens that are bound to them (RFC 8705). */

const folder = mkdtempSync(join(tmpdir(), 'propylon-certificates-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const authority = issueCertificate('authority', { isAuthority: true });
const issue = (name: string, names: object = {}): TestCertificate =>
  issueCertificate(name, { issuer: authority, ...names });

const batch = issue('batch', { uris: ['spiffe://mesh/ns/shop/sa/batch'] });
const host = issue('host', { hosts: ['a.batch.internal'] });
const plain = issue('plain');
const stranger = issue('stranger', { uris: ['spiffe://other/ns/shop/sa/batch'] });
const nul = issue('nul', { uris: ['spiffe://mesh/ns/shop/sa/batch\0.evil'] });
const two = issue('two', { uris: ['spiffe://mesh/ns/shop/sa/batch', 'spiffe://mesh/ns/shop/sa/x'] });
const wild = issue('wild', { hosts: ['*.batch.internal'] });

const digest = (certificate: TestCertificate): Buffer =>
  createHash('sha256').update(new X509Certificate(certificate.cert).raw).digest();

const issuer = issuerKey('k1');
const boundTo = (thumbprint: string): string =>
  signedToken(
    { alg: 'ES256', kid: 'k1' },
    {
      ...{ iss: 'https://id.example', aud: 'shop', sub: 'ann', exp: Math.floor(Date.now() / 1_000) + 60 },
      cnf: { 'x5t#S256': thumbprint },
    },
    issuer.privateKey,
  );

const authentication: NonNullable<GateOptionsInput['authentication']> = {
  providers: {
    mesh: {
      type: 'certificate',
      audience: 'internal',
      rules: [
        { uri: 'spiffe://mesh/ns/*/sa/batch', subject: 'batch', scopes: ['orders.read'] },
        { dns: '*.batch.internal' },
        { name: 'CN=plain' },
      ],
    },
    login: { type: 'jwt', issuer: 'https://id.example', aud: ['shop'], keys: { jwk: issuer.jwk } },
  },
};
const seen = seenMetadata();

describe('a certificate shown to us', () => {
  let echo: EchoGateway;
  beforeAll(async () => {
    const server = issue('server', { hosts: ['gateway.test'] });
    const files = {
      cert: join(folder, 's.crt'),
      key: join(folder, 's.key'),
      clientCa: join(folder, 'ca.crt'),
    };
    writeFileSync(files.cert, server.cert);
    writeFileSync(files.key, server.key);
    writeFileSync(files.clientCa, authority.cert);
    echo = await startEchoGateway(gateSettings({ '*': {} }, { authentication }), seen.handlers, {
      tls: { ...files, clientCertificate: 'request' },
    });
  });
  afterAll(() => echo?.close());

  async function get(
    certificate?: TestCertificate,
    headers: Record<string, string> = {},
  ): Promise<number | undefined> {
    const sent = request({
      ...{
        host: '127.0.0.1',
        port: echo.port,
        path: '/v1/echo',
        ca: authority.cert,
        servername: 'gateway.test',
      },
      ...(certificate === undefined ? {} : { cert: certificate.cert, key: certificate.key }),
      headers,
      agent: false,
    });
    sent.end();
    const [response] = await once(sent, 'response');
    response.resume();
    return response.statusCode;
  }

  it.each<[string, TestCertificate, string]>([
    ['its URI', batch, 'batch'],
    ['its DNS name', host, 'a.batch.internal'],
    ['its distinguished name', plain, 'CN=plain'],
  ])('lets its owner in by %s', async (_, certificate, subject) => {
    expect(await get(certificate)).toBe(200);
    expect(seen.last()).toMatchObject({ 'x-propylon-subject': [subject], 'x-propylon-provider': ['mesh'] });
  });

  it.each<[string, TestCertificate | undefined]>([
    ['of another trust domain', stranger],
    ['with NUL behind a name', nul],
    ['with two identities', two],
    ['for every name of a domain', wild],
    ['that is not there', undefined],
  ])('%s lets nobody in', async (_, certificate) => {
    expect(await get(certificate)).toBe(401);
  });

  it('is not what a header field says', async () => {
    const forged = 'URI=spiffe://mesh/ns/shop/sa/batch';
    expect(await get(undefined, { 'x-forwarded-client-cert': forged })).toBe(401);
    expect(await get(host, { 'x-forwarded-client-cert': forged })).toBe(200);
    expect(seen.last()).toMatchObject({ 'x-propylon-subject': ['a.batch.internal'] });
    expect(seen.last()).not.toHaveProperty('x-forwarded-client-cert');
  });

  it('is the only one that its tokens may be sent with, then or later', async () => {
    const authorization = `Bearer ${boundTo(digest(stranger).toString('base64url'))}`;
    expect(await get(stranger, { authorization })).toBe(200);
    expect(seen.last()['x-propylon-subject']).toEqual(['ann']);
    expect(await get(batch, { authorization })).toBe(401);
    expect(await get(undefined, { authorization })).toBe(401);
    expect(await get(stranger, { authorization })).toBe(200);
  });
});

describe('a certificate shown to a sidecar', () => {
  let trusting: EchoGateway;
  let other: EchoGateway;
  beforeAll(async () => {
    const settings = (sidecars: string[]) =>
      gateSettings({ '*': {} }, { authentication: { ...authentication, sidecars }, identity: { jwt } });
    writeFileSync(jwt.keyFile, issuer.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    trusting = await startEchoGateway(settings(['loopback']), seen.handlers);
    other = await startEchoGateway(settings(['10.0.0.0/8']), seen.handlers);
  });
  afterAll(async () => {
    await trusting?.close();
    await other?.close();
  });
  const get = (
    field: string | undefined,
    more: Record<string, string> = {},
    { url } = trusting,
  ): Promise<Response> =>
    fetch(`${url}/v1/echo`, {
      headers: { ...(field === undefined ? {} : { 'x-forwarded-client-cert': field }), ...more },
    });

  const uri = 'URI=spiffe://mesh/ns/shop/sa/batch';
  const jwt = { keyFile: join(folder, 'identity.pem'), issuer: 'gateway', audience: 'backends' };

  it('is one caller with every request: what is signed about them is signed once', async () => {
    await get(uri);
    const first = seen.last()['x-propylon-jwt'];
    await get(uri);
    expect([first?.length, seen.last()['x-propylon-jwt']]).toEqual([1, first]);
  });

  it('lets its owner in', async () => {
    expect((await get(`By=spiffe://mesh/gateway;Hash=${'ab'.repeat(32)};Subject="";${uri}`)).status).toBe(
      200,
    );
    expect(seen.last()).toMatchObject({
      'x-propylon-subject': ['batch'],
      'x-propylon-scopes': ['orders.read'],
    });
    expect(seen.last()).not.toHaveProperty('x-forwarded-client-cert');
  });

  it('counts where it is the last: those before it are what the client has said', async () => {
    expect((await get(`${uri},URI=spiffe://other/x`)).status).toBe(401);
    expect((await get(`URI=spiffe://other/x,${uri}`)).status).toBe(200);
  });

  it('counts as the last of several fields', async () => {
    const response = await fetch(`${trusting.url}/v1/echo`, {
      headers: [
        ['x-forwarded-client-cert', uri],
        ['X-Forwarded-Client-Cert', 'URI=spiffe://other/x'],
      ],
    });
    expect(response.status).toBe(401);
  });

  it('that cannot be read is refused', async () => {
    const response = await get('URI="spiffe://mesh');
    expect([response.status, await response.json()]).toEqual([
      400,
      expect.objectContaining({ message: 'The forwarded client certificate cannot be read.' }),
    ]);
  });

  it('is nobody where a stranger says so', async () => {
    expect((await get(uri, {}, other)).status).toBe(401);
  });

  it.each(['x_forwarded_client_cert', 'x-forwarded-client-certs'])('is not in %s', async (name) => {
    expect((await get(undefined, { [name]: uri })).status).toBe(401);
  });

  it('binds tokens by its hash', async () => {
    const hash = digest(batch);
    const authorization = `Bearer ${boundTo(hash.toString('base64url'))}`;
    expect((await get(`Hash=${hash.toString('hex')}`, { authorization })).status).toBe(200);
    expect((await get(`Hash=${digest(host).toString('hex')}`, { authorization })).status).toBe(401);
    expect((await get(uri, { authorization })).status).toBe(401);
    expect((await get(undefined, { authorization })).status).toBe(401);
    expect((await get(`Hash=${hash.toString('hex')}`, { authorization }, other)).status).toBe(401);
  });
});

describe('a provider that takes bound tokens alone', () => {
  it('refuses the others', async () => {
    const login = { ...authentication.providers['login'], certificateBound: 'required' };
    const settings = gateSettings(
      { '*': {} },
      { authentication: { sidecars: ['loopback'], providers: { login } as typeof authentication.providers } },
    );
    const echo = await startEchoGateway(settings, seen.handlers);
    try {
      const free = signedToken(
        { alg: 'ES256', kid: 'k1' },
        { iss: 'https://id.example', aud: 'shop', sub: 'ann', exp: Math.floor(Date.now() / 1_000) + 60 },
        issuer.privateKey,
      );
      const headers = { 'x-forwarded-client-cert': `Hash=${digest(batch).toString('hex')}` };
      const status = async (token: string) =>
        (await fetch(`${echo.url}/v1/echo`, { headers: { ...headers, authorization: `Bearer ${token}` } }))
          .status;
      expect([await status(free), await status(boundTo(digest(batch).toString('base64url')))]).toEqual([
        401, 200,
      ]);
    } finally {
      await echo.close();
    }
  });
});
