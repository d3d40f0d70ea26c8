import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type EchoGateway, startEchoGateway } from '../support/echo-gateway.js';
import { gateSettings } from '../support/gate-settings.js';
import { type OidcProvider, startOidcProvider } from '../support/oidc-provider.js';
import { issuerKey, signedToken } from '../support/tokens.js';

/** Tokens of a real OpenID provider, whose keys come by discovery, and whom one can lose. */

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function startProvider(): Promise<OidcProvider> {
  const provider = await startOidcProvider();
  cleanups.push(() => provider.close());
  return provider;
}

/** A gateway that asks an issuer again at once, instead of in its own time. */
async function startGateway(
  issuer: string,
  options: object = {},
  limits: NonNullable<Parameters<typeof startEchoGateway>[0]>['limits'] = {},
): Promise<EchoGateway> {
  const gateway = await startEchoGateway({
    ...gateSettings(
      {},
      {
        authentication: {
          providers: {
            id: { type: 'jwt', issuer, aud: ['https://shop.example'], typ: 'at+jwt', ...options },
          },
        },
      },
    ),
    limits: { issuerRetryMs: 20, issuerCooldownMs: 20, ...limits },
    warn: () => undefined,
  });
  cleanups.push(() => gateway.close());
  return gateway;
}

async function call({ url }: EchoGateway, token: string): Promise<number> {
  const response = await fetch(`${url}/v1/echo`, { headers: { authorization: `Bearer ${token}` } });
  await response.text();
  return response.status;
}

describe('tokens of a real provider', () => {
  it('are allowed, and denied when they are for another API, damaged, or of another issuer', async () => {
    const provider = await startProvider();
    const gateway = await startGateway(provider.issuer);
    const token = await provider.token();
    const forAnother = await provider.token({ resource: 'https://other.example' });
    const forged = signedToken(
      { alg: 'ES256', kid: 'key-1', typ: 'at+jwt' },
      JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()),
      issuerKey('key-1').privateKey,
    );
    const stranger = await (await startProvider()).token();
    const answers = [token, token, forAnother, forged, `${token}x`, token.slice(0, -20), stranger];
    const statuses: number[] = [];
    for (const shown of answers) statuses.push(await call(gateway, shown));
    expect(statuses).toEqual([200, 200, 401, 401, 401, 401, 401]);
    expect(provider.asked).toBe(1);
  });

  it('a provider that has changed its key is asked once for all that come with the new one', async () => {
    const provider = await startProvider();
    const gateway = await startGateway(provider.issuer);
    const old = await provider.token();
    expect(await call(gateway, old)).toBe(200);
    provider.rotate();
    const fresh = await Promise.all(Array.from({ length: 20 }, () => provider.token()));
    await vi.waitUntil(async () => (await call(gateway, fresh[0] ?? '')) === 200, 10_000);
    expect(await Promise.all(fresh.map((token) => call(gateway, token)))).toEqual(fresh.map(() => 200));
    expect([await call(gateway, old), provider.asked]).toEqual([200, 2]);
  });

  it('tokens whose key is withdrawn are good no longer, though they were remembered', async () => {
    const provider = await startProvider();
    const gateway = await startGateway(provider.issuer, {}, { issuerRefreshMs: 50 });
    const old = await provider.token();
    expect(await call(gateway, old)).toBe(200);
    provider.rotate({ withdraw: true });
    await vi.waitUntil(async () => (await call(gateway, old)) === 401, 10_000);
    expect(await call(gateway, await provider.token())).toBe(200);
  });

  it('a provider that is down when the gateway starts does not keep it from starting, and is found when it is back', async () => {
    const provider = await startProvider();
    const token = await provider.token();
    provider.goDown();
    const gateway = await startGateway(provider.issuer);
    const response = await fetch(`${gateway.url}/v1/echo`, { headers: { authorization: `Bearer ${token}` } });
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await response.json()).toMatchObject({
      code: 14,
      details: [{ reason: 'AUTHENTICATION_UNAVAILABLE' }],
    });
    provider.comeBack();
    await vi.waitUntil(async () => (await call(gateway, token)) === 200, 10_000);
  });

  it('a provider that goes down takes nobody with it who is known, and nobody whose key is', async () => {
    const provider = await startProvider();
    const gateway = await startGateway(provider.issuer, {}, { issuerRefreshMs: 50 });
    const [known, stranger] = [await provider.token(), await provider.token({ scope: 'write' })];
    expect(await call(gateway, known)).toBe(200);
    provider.rotate();
    const withNewKey = await provider.token();
    const before = provider.asked;
    provider.goDown();
    // Also a fetch that was under way has ended by then.
    await vi.waitUntil(() => provider.asked >= before + 2, 10_000);
    expect([await call(gateway, known), await call(gateway, stranger)]).toEqual([200, 200]);
    const unknown = await call(
      gateway,
      signedToken(
        { alg: 'ES256', kid: 'nobody', typ: 'at+jwt' },
        {
          iss: provider.issuer,
          aud: 'https://shop.example',
          sub: 'x',
          client_id: 'x',
          jti: 'x',
          iat: Math.floor(Date.now() / 1000),
          exp: Math.floor(Date.now() / 1000) + 60,
        },
        issuerKey('nobody').privateKey,
      ),
    );
    expect(unknown).toBe(503);
    provider.comeBack();
    await vi.waitUntil(async () => (await call(gateway, withNewKey)) === 200, 10_000);
  });

  it('tokens with unknown keys, however many, ask a provider no oftener than the pause between two looks', async () => {
    const provider = await startProvider();
    const gateway = await startGateway(provider.issuer, {}, { issuerCooldownMs: 60_000 });
    expect(await call(gateway, await provider.token())).toBe(200);
    const key = issuerKey('evil');
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: provider.issuer,
      aud: 'https://shop.example',
      sub: 'x',
      client_id: 'x',
      jti: 'x',
      iat: now,
      exp: now + 60,
    };
    const flood = Array.from({ length: 200 }, (_, n) =>
      call(gateway, signedToken({ alg: 'ES256', kid: `evil-${n}`, typ: 'at+jwt' }, claims, key.privateKey)),
    );
    expect(new Set(await Promise.all(flood))).toEqual(new Set([401]));
    expect(provider.asked).toBe(1);
  });
});

describe('an issuer that behaves badly', () => {
  /** Serves a discovery document, and of its keys what it is told to. */
  async function startIssuer(jwks: (response: ServerResponse, issuer: string) => void): Promise<string> {
    let issuer = '';
    const server = createServer((request, response) => {
      if (request.url?.includes('openid-configuration'))
        response.end(JSON.stringify({ issuer, jwks_uri: `${issuer}/jwks` }));
      else if (request.url === '/jwks') jwks(response, issuer);
      else response.end(JSON.stringify({ keys: [key.jwk] }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    cleanups.push(() => {
      server.close();
      server.closeAllConnections();
    });
    return issuer;
  }

  const key = issuerKey('k');
  const tokenOf = (iss: string): string => {
    const exp = Math.floor(Date.now() / 1000) + 60;
    return signedToken(
      { alg: 'ES256', kid: 'k' },
      { iss, aud: 'https://shop.example', sub: 'x', exp },
      key.privateKey,
    );
  };
  const good = JSON.stringify({ keys: [key.jwk] });

  it.each<[string, (response: ServerResponse, issuer: string) => void, number]>([
    ['sends its keys', (response) => response.end(good), 200],
    [
      'sends its keys among what nobody understands',
      (response) =>
        response.end(
          JSON.stringify({
            keys: [null, 7, { kty: 'X' }, { kty: 'EC' }, { ...key.jwk, kid: 1 }, key.jwk],
            more: {},
          }),
        ),
      200,
    ],
    ['redirects', (response, issuer) => response.writeHead(302, { location: `${issuer}/other` }).end(), 503],
    ['answers with an error', (response) => response.writeHead(500).end(good), 503],
    ['answers with nothing', (response) => response.writeHead(204).end(), 503],
    ['answers with a page', (response) => response.end('<html>'), 503],
    ['answers with something else', (response) => response.end('[]'), 503],
    [
      'never stops',
      (response) => {
        response.on('error', () => {});
        const more = (): void => {
          while (response.write(' '.repeat(65_536)) && !response.destroyed);
          if (!response.destroyed) response.once('drain', more);
        };
        more();
      },
      503,
    ],
    ['never answers', () => {}, 503],
    [
      'publishes a private key',
      (response) =>
        response.end(JSON.stringify({ keys: [{ ...key.privateKey.export({ format: 'jwk' }), kid: 'k' }] })),
      401,
    ],
    [
      'publishes a key for encryption',
      (response) => response.end(JSON.stringify({ keys: [{ ...key.jwk, use: 'enc' }] })),
      401,
    ],
  ])('%s', async (_, jwks, status) => {
    const issuer = await startIssuer(jwks);
    const gateway = await startGateway(issuer, { typ: undefined }, { issuerTimeoutMs: 300 });
    expect(await call(gateway, tokenOf(issuer))).toBe(status);
  });
});
