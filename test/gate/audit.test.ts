import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { createGateway, DiagnosticsError, type GatewayOptions } from '../../src/index.js';
import { type EchoGateway, echoImage, startEchoGateway } from '../support/echo-gateway.js';
import { gateSettings } from '../support/gate-settings.js';
import { type PropylonProcess, startPropylon } from '../support/propylon.js';
import { issuerKey, signedToken } from '../support/tokens.js';
import { issueCertificate } from '../support/x509.js';

/** What is written down of who was refused, and what the gateway says of itself when it starts. */

const folder = mkdtempSync(join(tmpdir(), 'propylon-audit-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'audit.log');

describe('the audit log of refusals', () => {
  let echo: EchoGateway | undefined;
  afterEach(async () => {
    await echo?.close();
    rmSync(file, { force: true });
  });

  const key = issuerKey('k1');
  const token = signedToken(
    { alg: 'ES256', kid: 'k1' },
    { iss: 'https://id.example', aud: 'shop', sub: 'ann', exp: Math.floor(Date.now() / 1000) + 60 },
    key.privateKey,
  );

  async function start(options: Partial<GatewayOptions> = {}): Promise<EchoGateway> {
    echo = await startEchoGateway({
      ...gateSettings(
        {
          '*': { authorization: { scopes: ['orders.read'] } },
          't.T.ServerStream': { addresses: { allow: [] } },
        },
        {
          trustedProxies: ['loopback'],
          authentication: {
            providers: {
              staff: { type: 'jwt', issuer: 'https://id.example', aud: ['shop'], keys: { jwk: key.jwk } },
            },
          },
        },
      ),
      audit: { file },
      ...options,
    });
    return echo;
  }

  const lines = (): Record<string, unknown>[] =>
    readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  const written = (count: number) => expect.poll(() => lines().length).toBe(count);

  it('says who was refused what, by which step, and nothing of credentials', async () => {
    const { url } = await start();
    const headers = { 'x-forwarded-for': '192.0.2.7', 'x-request-id': 'r-1', cookie: 'secret=1' };
    await fetch(`${url}/v1/echo?name=secret`, { headers });
    await fetch(`${url}/v1/echo`, { headers: { ...headers, authorization: `Bearer ${token}` } });
    await fetch(`${url}/v1/stream`, { headers });
    await written(3);
    const common = {
      '@timestamp': expect.stringMatching(/^\d{4}-.*Z$/),
      'event.dataset': 'propylon.audit',
      'http.request.method': 'GET',
      'client.address': '192.0.2.7',
      'http.request.id': 'r-1',
    };
    expect(lines()).toMatchObject([
      {
        ...common,
        'event.action': 'authentication',
        'event.reason': 'CREDENTIALS_MISSING',
        'http.response.status_code': 401,
        'labels.route': '/v1/echo',
      },
      {
        ...common,
        'event.reason': 'SCOPE_MISSING',
        'http.response.status_code': 403,
        'labels.route': '/v1/echo',
        'user.id': 'staff:ann',
      },
      { ...common, 'event.reason': 'ADDRESS_DENIED', 'labels.route': '/v1/stream' },
    ]);
    expect(readFileSync(file, 'utf8')).not.toMatch(/secret|Bearer|eyJ/);
  });

  it('goes on in a new file when the old one was moved away', async () => {
    const { url } = await start();
    await fetch(`${url}/v1/echo`);
    await written(1);
    renameSync(file, join(folder, 'audit.log.1'));
    await fetch(`${url}/v1/echo`);
    await expect.poll(() => lines().length).toBe(1);
  });

  it('has everything that there is to say when the gateway has closed', async () => {
    const { url, close } = await start({ audit: { file, linesMax: 1 } });
    for (let i = 0; i < 3; i++) await fetch(`${url}/v1/echo`);
    await close();
    echo = undefined;
    expect(lines().map((line) => line['event.action'])).toEqual(['authentication', 'refusals-summed-up']);
  });

  it('that cannot be written does not load', async () => {
    const loading = createGateway({
      sources: [{ label: 'echo', load: async () => echoImage }],
      audit: { file: join(folder, 'none', 'audit.log') },
    });
    await expect(loading).rejects.toThrow(DiagnosticsError);
  });
});

describe('propylon serve', () => {
  let gateway: PropylonProcess | undefined;
  afterEach(() => gateway?.stop());
  const image = join(folder, 'echo.binpb');
  writeFileSync(image, echoImage);

  async function serve(yaml: string): Promise<PropylonProcess> {
    const config = join(folder, 'propylon.yaml');
    writeFileSync(config, yaml);
    gateway = await startPropylon(['--descriptors', image, '--backend', '*=127.0.0.1:1', '--config', config]);
    return gateway;
  }

  it('says that it is open', async () => {
    const { output } = await serve('');
    expect(output()).toContain('access   open: no policy is configured, so every request is let through\n');
  });

  it('says what is guarded, and how', async () => {
    writeFileSync(join(folder, 'jwks.json'), JSON.stringify({ keys: [issuerKey('k1').jwk] }));
    const { output } = await serve(`
authentication:
  providers:
    staff: { type: jwt, issuer: https://id.example, aud: [shop], keys: { jwksFile: jwks.json } }
policies:
  t.T.Ping: { authentication: { mode: none } }
  t.T.Download: { authentication: { mode: optional } }
`);
    expect(output()).toMatch(/^access {3}guarded: 2 of \d+ routes public, providers staff$/m);
  });

  it('says that nobody can come in', async () => {
    const { output } = await serve('policies: { "*": { timeout: 5s } }\n');
    expect(output()).toMatch(/^access {3}guarded: 0 of \d+ routes public, no providers$/m);
  });

  it('serves by TLS, writes refusals to standard error, and finds files beside its configuration', async () => {
    const { cert, key } = issueCertificate('server', { hosts: ['localhost'] });
    writeFileSync(join(folder, 'server.pem'), cert);
    writeFileSync(join(folder, 'server.key'), key);
    const { output, url, printed } = await serve(`
listen: { tls: { cert: server.pem, key: server.key } }
audit: {}
policies: { "*": { timeout: 5s } }
`);
    expect(url).toMatch(/^https:/);
    request(`${url}/v1/echo`, { ca: cert, servername: 'localhost', agent: false }).end();
    await printed('"event.dataset":"propylon.audit"');
    expect(output()).toContain('"event.reason":"CREDENTIALS_MISSING"');
  });
});
