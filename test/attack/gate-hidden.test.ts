import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PolicyInput } from '../../src/gate/index.js';
import { type EchoGateway, startEchoGateway } from '../support/echo-gateway.js';
import { gateSettings } from '../support/gate-settings.js';
import { sendRaw } from '../support/raw-http.js';
import { issuerKey, signedToken } from '../support/tokens.js';

/** Whether anything about an answer tells a hidden method from a path that nobody serves. */

const key = issuerKey('k');
const token = (sub: string, more: object = {}): string =>
  signedToken(
    { alg: 'ES256', kid: 'k' },
    { iss: 'https://id.example', aud: 'shop', sub, exp: Math.floor(Date.now() / 1_000) + 600, ...more },
    key.privateKey,
  );

let at: EchoGateway;
beforeAll(async () => {
  const hidden: PolicyInput = {
    visibility: 'internal',
    requestBytesMax: 10,
    concurrency: { max: 1 },
    rateLimits: [{ requests: 1, per: '1d', by: 'address' }],
    cors: { origins: ['https://shop.example'], credentials: true },
    deprecation: { since: '2026-01-01' },
    transform: { responseHeaders: [{ name: 'x-internal', set: 'yes' }] },
    authorization: { scopes: ['secret'] },
  };
  at = await startEchoGateway(
    gateSettings(
      {
        't.T.Unary': {},
        't.T.Download': { ...hidden, addresses: { deny: ['127.0.0.1'] } },
        't.T.Ping': { ...hidden, cache: { ttl: '60s' } },
        't.T.Bidi': hidden,
      },
      {
        authentication: {
          providers: {
            staff: { type: 'jwt', issuer: 'https://id.example', aud: ['shop'], keys: { jwk: key.jwk } },
          },
        },
      },
    ),
  );
});
afterAll(() => at?.close());

/** The whole answer but for what no two answers share. */
async function answer(httpMethod: string, path: string, fields: string, body = ''): Promise<string> {
  const length = body === '' ? '' : `content-type: application/json\r\ncontent-length: ${body.length}\r\n`;
  const { text } = await sendRaw(
    at.port,
    `${httpMethod} ${path} HTTP/1.1\r\nhost: a\r\n${/^connection:/im.test(fields) ? '' : 'connection: close\r\n'}${fields}${length}\r\n${body}`,
  );
  return text.replace(/x-request-id: [^\r]*|date: [^\r]*/gi, '').replaceAll(path, '');
}

const bearer = (text: string): string => `authorization: Bearer ${text}\r\n`;
const handshake =
  'connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n';

describe('a hidden method', () => {
  it.each<[string, string, string, string, string?]>([
    ['nobody', 'GET', '/v1/raw', ''],
    ['a caller who may not see it', 'GET', '/v1/raw', bearer(token('ann', { scope: 'secret' }))],
    ['an expired token', 'GET', '/v1/raw', bearer(token('ann', { exp: 1 }))],
    ['a forged token', 'GET', '/v1/raw', bearer(`${token('ann').slice(0, -4)}AAAA`)],
    ['a token too large', 'GET', '/v1/raw', bearer('a'.repeat(20_000))],
    ['two tokens', 'GET', '/v1/raw', bearer('a') + bearer('b')],
    ['HEAD', 'HEAD', '/v1/raw', ''],
    ['OPTIONS', 'OPTIONS', '/v1/raw', ''],
    ['another method', 'PUT', '/v1/raw', '', '{}'],
    ['TRACE', 'TRACE', '/v1/raw', ''],
    ['a page', 'GET', '/v1/raw', 'origin: https://shop.example\r\n'],
    [
      'a preflight',
      'OPTIONS',
      '/v1/raw',
      'origin: https://shop.example\r\naccess-control-request-method: GET\r\n',
    ],
    ['a condition', 'GET', '/v1/raw', 'if-none-match: *\r\n'],
    ['only what is stored', 'GET', '/v1/raw', 'cache-control: only-if-cached\r\n'],
    ['a wrong Accept', 'GET', '/v1/raw', 'accept: image/png;q=x\r\n'],
    ['a wrong deadline', 'GET', '/v1/raw', 'grpc-timeout: x\r\n'],
    ['a wrong query', 'GET', '/v1/raw?size=x&size=%zz', ''],
    ['a stream', 'GET', '/v1/download', ''],
    ['EventSource', 'GET', '/v1/download', 'accept: text/event-stream\r\nlast-event-id: end\r\n'],
    ['a body too large', 'POST', '/v1/talk/a', '', `{"text":"${'a'.repeat(50)}"}`],
    ['a wrong path', 'POST', '/v1/talk/%ff', '', '{}'],
    ['a WebSocket with a wrong path', 'GET', '/v1/talk/%ff', handshake],
    ['HEAD with a wrong path', 'HEAD', '/v1/talk/%c0%80', ''],
    ['OPTIONS with a wrong path', 'OPTIONS', '/v1/talk/%ff', ''],
    ['an empty step', 'POST', '/v1/talk/', '', '{}'],
    ['a WebSocket', 'GET', '/v1/talk/a', handshake],
    [
      'a WebSocket with a token',
      'GET',
      '/v1/talk/a',
      `${handshake}sec-websocket-protocol: propylon.bearer.${token('ann')}\r\n`,
    ],
    ['a WebSocket of a page', 'GET', '/v1/talk/a', `${handshake}origin: http://a\r\n`],
    ['a WebSocket for one answer', 'GET', '/v1/raw', handshake],
  ])('is no other than an unknown path to %s', async (_, httpMethod, path, fields, body) => {
    const unknown = path.replace('/v1/', '/v9/');
    const told = await answer(httpMethod, path, fields, body);
    expect(told).toBe(await answer(httpMethod, unknown, fields, body));
    expect(told).not.toBe('');
  });
});
