import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { dpopClient } from '../support/dpop.js';
import { type EchoGateway, startEchoGateway } from '../support/echo-gateway.js';
import { gateSettings } from '../support/gate-settings.js';
import {
  type OidcProvider,
  oidcClient,
  opaqueResource,
  startOidcProvider,
} from '../support/oidc-provider.js';
import { seenMetadata } from '../support/seen-metadata.js';

/** Opaque and bound tokens of a real OpenID provider. */

const folder = mkdtempSync(join(tmpdir(), 'propylon-oidc-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const secretFile = join(folder, 'secret');
writeFileSync(secretFile, oidcClient.secret);

const publicUrl = 'https://api.example';
const htu = `${publicUrl}/v1/echo`;
const seen = seenMetadata();
let provider: OidcProvider;
let echo: EchoGateway;

beforeEach(async () => {
  provider = await startOidcProvider();
  const { issuer } = provider;
  const settings = gateSettings(
    { '*': { authorization: { scopes: ['read'] } } },
    {
      authentication: {
        publicUrl,
        providers: {
          jwts: { type: 'jwt', issuer, aud: ['https://shop.example'], typ: 'at+jwt' },
          opaque: {
            type: 'introspection',
            endpoint: `${issuer}/token/introspection`,
            client: { id: oidcClient.id, secretFile },
            issuer,
            aud: [opaqueResource],
            remember: '100ms',
          },
        },
      },
    },
  );
  echo = await startEchoGateway(settings, seen.handlers);
});
afterEach(async () => {
  await echo.close();
  await provider.close();
});

const status = async (authorization: string, more: Record<string, string> = {}): Promise<number> =>
  (await fetch(`${echo.url}/v1/echo`, { headers: { authorization, ...more } })).status;

describe('a real provider', () => {
  it('is asked of its opaque tokens, and its word counts', async () => {
    const token = await provider.token({ resource: opaqueResource });
    expect(token.split('.')).toHaveLength(1);
    expect(await status(`Bearer ${token}`)).toBe(200);
    expect(seen.last()).toMatchObject({
      'x-propylon-subject': [oidcClient.id],
      'x-propylon-provider': ['opaque'],
      'x-propylon-scopes': ['read'],
    });
    expect(await status(`Bearer ${token}x`)).toBe(401);
    expect(await status(`Bearer ${await provider.token({ resource: opaqueResource, scope: 'write' })}`)).toBe(
      403,
    );
  });

  it('that revokes a token is heard once what it said before is forgotten', async () => {
    const token = await provider.token({ resource: opaqueResource });
    expect(await status(`Bearer ${token}`)).toBe(200);
    await provider.revoke(token);
    await vi.waitFor(async () => expect(await status(`Bearer ${token}`)).toBe(401), 10_000);
  });

  it('that is away says nothing against anybody, and is asked again when it is back', async () => {
    const token = await provider.token({ resource: opaqueResource });
    provider.goDown();
    expect(await status(`Bearer ${token}`)).toBe(503);
    provider.comeBack();
    expect(await status(`Bearer ${token}`)).toBe(200);
  });

  it.each([
    ['JWTs', 'https://shop.example'],
    ['opaque tokens', opaqueResource],
  ])('binds its %s to keys, and nobody else may send them', async (_, resource) => {
    const client = dpopClient();
    const proof = client.proof({ htm: 'POST', htu: `${provider.issuer}/token`, token: '' });
    const token = await provider.token({ resource, proof });
    const about = { htm: 'GET', htu, token };
    expect(await status(`DPoP ${token}`, { dpop: client.proof(about) })).toBe(200);
    expect(await status(`DPoP ${token}`, { dpop: dpopClient().proof(about) })).toBe(401);
    expect(await status(`DPoP ${token}`)).toBe(401);
    expect(await status(`Bearer ${token}`)).toBe(401);
  });
});
