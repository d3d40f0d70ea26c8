import { connect as connectHttp2 } from 'node:http2';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createGateway, type PropylonGateway } from '../../src/index.js';
import { type EchoBackend, startEchoBackend } from '../support/echo-backend.js';
import { gateSettings } from '../support/gate-settings.js';
import { sendRaw } from '../support/raw-http.js';
import { surfaceProtos } from '../support/surface.js';
import { issuerKey, signedToken } from '../support/tokens.js';

/**
 * Ways around a policy: every spelling of a protected path, with every method and every header field
 * that some proxy takes for another request. None of them may reach the backend.
 */

const image = surfaceProtos(`
message M { string name = 1; string note = 2; }
service S {
  option (propylon.v1.service) = { authentication: { mode: MODE_NONE } };
  rpc Public(M) returns (M) {
    option (google.api.http) = { get: "/v1/public/{name=**}" additional_bindings { get: "/v1/public" } };
  }
  rpc Secret(M) returns (M) {
    option (google.api.http) = {
      get: "/v1/secrets/{name}"
      additional_bindings { post: "/v1/secrets/{name}:read" body: "*" }
      additional_bindings { put: "/v1/secrets/{name}" body: "*" }
      additional_bindings { custom { kind: "*" path: "/v1/any/{name}" } body: "*" }
    };
    option (propylon.v1.method) = { authentication: { mode: MODE_REQUIRED } authorization: { scopes: "secrets.read" } };
  }
  rpc Watch(M) returns (stream M) {
    option (google.api.http) = { get: "/v1/secrets/{name}:watch" };
    option (propylon.v1.method) = { authentication: { mode: MODE_REQUIRED } authorization: { scopes: "secrets.read" } };
  }
  rpc Home(M) returns (M) {
    option (google.api.http) = { get: "/v1/home/{name}" };
    option (propylon.v1.method) = { addresses: { allow: "203.0.113.0/24" } };
  }
}
`);

const key = issuerKey('k');
const claims = { iss: 'https://issuer.example', aud: 'shop', sub: 'ann', exp: 4_000_000_000 };
const good = signedToken({ alg: 'ES256', kid: 'k' }, { ...claims, scope: 'secrets.read' }, key.privateKey);
const weak = signedToken({ alg: 'ES256', kid: 'k' }, { ...claims, scope: 'other' }, key.privateKey);
const forged = signedToken({ alg: 'ES256', kid: 'k' }, claims, issuerKey('k').privateKey);
const unsigned = signedToken({ alg: 'none' }, { ...claims, scope: 'secrets.read' }, undefined);

let backend: EchoBackend;
let gateway: PropylonGateway;
let listener: Awaited<ReturnType<PropylonGateway['listen']>>;

beforeAll(async () => {
  backend = await startEchoBackend(
    ['Public', 'Secret', 'Watch', 'Home'].map((method) => `/t.v1.S/${method}`),
    (call) => call.message,
  );
  gateway = await createGateway({
    sources: [{ label: 'attack', load: async () => image }],
    backends: [{ selector: '*', target: backend.target }],
    methodOverride: true,
    trailingSlash: 'ignore',
    ...gateSettings(
      {},
      {
        authentication: {
          providers: { main: { type: 'jwt', issuer: claims.iss, aud: ['shop'], keys: { jwk: key.jwk } } },
        },
      },
    ),
  });
  listener = await gateway.listen({ host: '127.0.0.1', port: 0, adminPort: 0 });
});
afterAll(async () => {
  await listener?.close();
  await gateway?.close();
  backend?.close();
});
beforeEach(() => {
  backend.calls.length = 0;
});

/** What of the calls that reached the backend is not public. */
const reached = (): string[] =>
  backend.calls.map(({ path }) => path).filter((path) => path !== '/t.v1.S/Public');

const spellings = [
  '/v1/secrets/x',
  '//v1/secrets/x',
  '/v1//secrets/x',
  '/v1/secrets//x',
  '/v1/secrets/x/',
  '/v1/secrets/x//',
  '/v1/secrets/x.',
  '/v1/secrets./x',
  '/v1/secrets/x/.',
  '/./v1/secrets/x',
  '/v1/./secrets/x',
  '/v1/public/../secrets/x',
  '/v1/public/%2e%2e/secrets/x',
  '/v1/public/..%2fsecrets/x',
  '/v1/public/..;/secrets/x',
  '/V1/SECRETS/x',
  '/v1/%73ecrets/x',
  '/v1/%2573ecrets/x',
  '/v1/secrets%2Fx',
  '/v1%2Fsecrets%2Fx',
  '/v1/secrets;a=b/x',
  '/v1/secrets/x;a=b',
  '/v1/secrets/x?',
  '/v1/secrets/x?name=y',
  '/v1/secrets/x?access_token=1',
  '/v1/secrets/x%00',
  '/v1/secrets/x%0d%0aAuthorization:%20Bearer',
  '/v1/secrets/x%c0%ae',
  '/v1/secrets/x%20',
  '\\v1\\secrets\\x',
  '/v1\\secrets\\x',
  'http://gateway.example/v1/secrets/x',
  'http://gateway.example//v1/secrets/x',
  'https://evil.example/v1/secrets/x',
  '/v1/secrets/x:read',
  '/v1/secrets/x%3Aread',
  '/v1/secrets/x:watch',
  '/v1/secrets/x:WATCH',
  '/v1/any/x',
  '/v1/any/x/',
  '/v1/secrets/x.css',
  '/v1/secrets/x/style.css',
];

const httpMethods = [
  'GET',
  'HEAD',
  'OPTIONS',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'get',
  'Get',
  'TRACE',
  'PROPFIND',
  'PURGE',
];

const disguises: readonly (readonly string[])[] = [
  [],
  ['X-HTTP-Method-Override: PUT'],
  ['X-HTTP-Method-Override: OPTIONS'],
  ['X-HTTP-Method: GET', 'X-Method-Override: GET'],
  ['X-Original-URL: /v1/public', 'X-Rewrite-URL: /v1/public', 'X-Original-URI: /v1/public'],
  ['X-Envoy-Original-Path: /v1/public', 'X-Forwarded-Uri: /v1/public', 'X-Forwarded-Prefix: /v1/public'],
  ['X-Forwarded-For: 127.0.0.1', 'X-Real-IP: 127.0.0.1', 'Forwarded: for=127.0.0.1;proto=https'],
  ['X-Propylon-Subject: root', 'X_Propylon_Subject: root', 'X-Propylon-Scopes: secrets.read'],
  ['X-Endpoint-API-UserInfo: e30', 'X-Forwarded-User: root', 'X-Authenticated-Userid: root'],
  ['X-Forwarded-Client-Cert: Hash=00;Subject="CN=root";URI=spiffe://mesh/root'],
  ['Access-Control-Request-Method: GET', 'Origin: https://shop.example'],
  ['Authorization:'],
  ['Authorization: Bearer'],
  ['Authorization: Bearer '],
  [`Authorization: Bearer ${unsigned}`],
  [`Authorization: Bearer ${forged}`],
  [`Authorization: Bearer ${weak}`],
  [`Authorization: Basic ${good}`],
  [`Authorization: ${good}`],
  [`Authorization: Bearer ${good}, Bearer ${weak}`],
  [`Authorization: Bearer ${weak}`, `Authorization: Bearer ${good}`],
  [`Authorization: Bearer\t${good}`],
  [`Proxy-Authorization: Bearer ${good}`, `X-Authorization: Bearer ${good}`, `Cookie: access_token=${good}`],
  [`Grpc-Metadata-Authorization: Bearer ${good}`, `Authorization_: Bearer ${good}`],
  ['Connection: close, Authorization', `Authorization: Bearer ${weak}`],
  ['Accept: text/event-stream', 'Last-Event-ID: propylon-end'],
  ['Prefer: respond-async', 'Cache-Control: only-if-cached', 'If-None-Match: *'],
];

describe('a protected method', () => {
  it.each(spellings)(
    'is not reached without a right, however its path %j is spelt and whatever is said beside it',
    async (target) => {
      const requests = httpMethods.flatMap((httpMethod) =>
        disguises.map((fields) =>
          [
            `${httpMethod} ${target} HTTP/1.1`,
            'Host: gateway.example',
            'Connection: close',
            ...fields,
            '',
            '',
          ].join('\r\n'),
        ),
      );
      const leaks: string[] = [];
      const pending = [...requests];
      const worker = async (): Promise<void> => {
        for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
          const { statuses, text } = await sendRaw(listener.port, next, 1_000);
          // Every other answer is a well-formed one of a public route, or an error.
          if (statuses.length !== 1 || /\n {4}at |127\.0\.0\.1:\d/.test(text)) leaks.push(`${next}\n${text}`);
        }
      };
      await Promise.all(Array.from({ length: 8 }, worker));
      expect(leaks).toEqual([]);
      expect(reached()).toEqual([]);
    },
  );

  it('is reached with one: the same requests are refused for no other reason', async () => {
    const ask = async (httpMethod: string, path: string) =>
      (
        await fetch(`http://127.0.0.1:${listener.port}${path}`, {
          method: httpMethod,
          headers: { authorization: `Bearer ${good}`, 'content-type': 'application/json' },
          ...(httpMethod === 'GET' ? {} : { body: '{}' }),
        })
      ).status;
    expect(await ask('GET', '/v1/secrets/x')).toBe(200);
    expect(await ask('GET', '/v1/secrets/x/')).toBe(200);
    expect(await ask('GET', '/v1/%73ecrets/x')).toBe(200);
    expect(await ask('PUT', '/v1/secrets/x')).toBe(200);
    expect(await ask('POST', '/v1/secrets/x:read')).toBe(200);
    expect(await ask('PURGE', '/v1/any/x')).toBe(200);
    expect(await ask('GET', '/v1/secrets/x:watch')).toBe(200);
    expect(new Set(reached())).toEqual(new Set(['/t.v1.S/Secret', '/t.v1.S/Watch']));
  });

  it.each([
    ['without a slash', 'v1/secrets/x'],
    ['as an absolute URL', 'http://gateway.example/v1/secrets/x'],
    ['with a fragment', '/v1/secrets/x#/v1/public'],
    ['with an asterisk', '*'],
    ['plain', '/v1/secrets/x'],
  ])('is not reached over HTTP/2, its :path %s', async (_, path) => {
    const session = connectHttp2(`http://127.0.0.1:${listener.port}`);
    session.on('error', () => {});
    const status = await new Promise<number>((resolve) => {
      const stream = session.request({ ':path': path, ':authority': 'gateway.example' });
      stream.on('response', (headers) => resolve(Number(headers[':status'])));
      stream.on('error', () => resolve(0));
      stream.on('close', () => resolve(0));
      stream.resume();
    });
    session.destroy();
    expect(status === 0 || status >= 400).toBe(true);
    expect(reached()).toEqual([]);
  });

  it.each([
    ['no token', []],
    ['an unsigned one as a subprotocol', ['propylon.json', `propylon.bearer.${unsigned}`]],
    ['one without the scope', ['propylon.json', `propylon.bearer.${weak}`]],
  ])('is not reached by a WebSocket with %s', async (_, protocols) => {
    const socket = new WebSocket(`ws://127.0.0.1:${listener.port}/v1/secrets/x:watch`, protocols);
    const status = await new Promise<number | undefined>((resolve) => {
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
      socket.on('open', () => resolve(101));
      socket.on('error', () => {});
    });
    socket.terminate();
    expect(status === 401 || status === 403).toBe(true);
    expect(reached()).toEqual([]);
  });

  it('for addresses of one network is not reached by who says to be there', async () => {
    const claimsOf = [
      'X-Forwarded-For: 203.0.113.7',
      'X-Forwarded-For: 203.0.113.7, 203.0.113.8',
      'X-Real-IP: 203.0.113.7',
      'Forwarded: for=203.0.113.7',
      'True-Client-IP: 203.0.113.7',
      'CF-Connecting-IP: 203.0.113.7',
      'X-Envoy-External-Address: 203.0.113.7',
      'X-Client-IP: 203.0.113.7',
    ];
    for (const field of claimsOf) {
      const request = `GET /v1/home/x HTTP/1.1\r\nHost: g\r\nConnection: close\r\n${field}\r\n\r\n`;
      expect((await sendRaw(listener.port, request, 1_000)).statuses, field).toEqual([403]);
    }
    expect(reached()).toEqual([]);
  });
});
