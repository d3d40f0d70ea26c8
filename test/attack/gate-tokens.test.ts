import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type EchoGateway, startEchoGateway } from '../support/echo-gateway.js';
import { gateSettings } from '../support/gate-settings.js';
import { seenMetadata } from '../support/seen-metadata.js';
import { issuerKey, signedToken } from '../support/tokens.js';

/** Tokens where they do not belong: that of the gateway at its own front, one that another route has let in, one in a URL. */

const folder = mkdtempSync(join(tmpdir(), 'propylon-tokens-'));
const keyFile = join(folder, 'identity.pem');
const [a, b] = [issuerKey('k'), issuerKey('k')];
const claims = { iss: 'https://id.example', aud: 'shop', sub: 'ann', exp: 4_000_000_000 };
const ann = signedToken({ alg: 'ES256', kid: 'k' }, claims, a.privateKey);
const seen = seenMetadata();
let at: EchoGateway;
let own = '';

beforeAll(async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const unchecked = { unchecked: 'whatever they say' };
  at = await startEchoGateway(
    gateSettings(
      {
        '*': { authentication: { providers: ['first'] } },
        't.T.ServerStream': { authentication: { providers: ['second'] } },
      },
      {
        authentication: {
          providers: {
            first: { type: 'jwt', issuer: claims.iss, aud: ['shop'], keys: { jwk: a.jwk } },
            second: { type: 'jwt', issuer: unchecked, aud: unchecked, keys: { jwk: b.jwk } },
          },
        },
        // As badly as it can be: the gateway calls itself what the issuer is called.
        identity: { jwt: { keyFile, issuer: claims.iss, audience: 'shop' } },
      },
    ),
    seen.handlers,
  );
  expect((await ask('/v1/echo', { authorization: `Bearer ${ann}` })).status).toBe(200);
  own = seen.last()['x-propylon-jwt']?.[0] ?? '';
  expect(own).not.toBe('');
});
afterAll(async () => {
  await at?.close();
  rmSync(folder, { recursive: true, force: true });
});

function ask(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${at.url}${path}`, { headers });
}

it.each<[string, () => Promise<Response>]>([
  ['that of the gateway, at its front', () => ask('/v1/echo', { authorization: `Bearer ${own}` })],
  [
    'that of the gateway, where issuers are not checked',
    () => ask('/v1/stream', { authorization: `Bearer ${own}` }),
  ],
  [
    'one that is remembered, by a provider that does not count',
    () => ask('/v1/stream', { authorization: `Bearer ${ann}` }),
  ],
  ['one in the query', () => ask(`/v1/echo?access_token=${ann}`)],
  ['one in the system parameter', () => ask(`/v1/echo?$key=${ann}`)],
  ['one under the name of the identity', () => ask('/v1/echo', { 'x-propylon-jwt': own })],
  ['one in a cookie', () => ask('/v1/echo', { cookie: `authorization=Bearer ${ann}` })],
  ['one for a proxy', () => ask('/v1/echo', { 'proxy-authorization': `Bearer ${ann}` })],
  ['one with another behind it', () => ask('/v1/echo', { authorization: `Bearer ${ann},Bearer ${ann}` })],
  ['one in a header list', () => ask('/v1/echo', { authorization: `Basic YTpi, Bearer ${ann}` })],
])('%s, lets nobody in', async (_, send) => {
  const before = seen.calls;
  expect((await send()).status).toBe(401);
  expect(seen.calls).toBe(before);
});
