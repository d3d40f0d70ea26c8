import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { GateOptionsInput } from '../../src/gate/index.js';
import { createGateway, DiagnosticsError } from '../../src/index.js';
import { compileProtos } from '../support/compile-protos.js';
import { type EchoGateway, echoImage, startEchoGateway } from '../support/echo-gateway.js';
import { gateSettings } from '../support/gate-settings.js';
import { httpAnnotations } from '../support/http-annotations.js';
import { sendRaw } from '../support/raw-http.js';
import { findServerProgram } from '../support/server-program.js';
import { issuerKey } from '../support/tokens.js';

/** What browsers are told: which pages of other origins may call which route. */

const shop = 'https://shop.example';
const open = { authentication: { mode: 'none' } } as const;
const key = issuerKey('k1');
const authentication: GateOptionsInput['authentication'] = {
  providers: {
    staff: { type: 'jwt', issuer: 'https://id.example', aud: ['shop'], keys: { jwk: key.jwk } },
  },
};

let echo: EchoGateway;
let calls = 0;
const log: string[] = [];

beforeAll(async () => {
  echo = await startEchoGateway(
    {
      ...gateSettings(
        {
          't.T': { ...open, cors: { origins: [shop, 'https://*.shop.example'] } },
          't.T.Unary': {
            addresses: { deny: ['10.0.0.1'] },
            cors: {
              credentials: true,
              requestHeaders: ['X-Api-Key'],
              responseHeaders: ['X-Total'],
              maxAge: '1m',
            },
          },
          't.T.Ping': { authentication: { mode: 'required' }, visibility: 'internal' },
          't.T.ServerStream': { cors: { origins: ['*'], maxAge: '0s' } },
          't.T.ClientStream': { authentication: { mode: 'required' } },
          't.T.Upload': { cors: { origins: [] } },
        },
        { authentication, trustedProxies: ['loopback'] },
      ),
      log: (event) => void (event.kind === 'request' && log.push(`${event.httpMethod} ${event.route}`)),
    },
    {
      Unary(call, callback) {
        calls++;
        if (call.request.includes('gone')) callback({ code: 5, details: 'gone' });
        else callback(null, call.request);
      },
    },
  );
});
afterAll(() => echo?.close());

const ask = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> =>
  fetch(`${echo.url}${path}`, { method, headers });

/** The fields of an answer that have to do with origins. */
function fieldsOf({ headers }: Response): Record<string, string> {
  return Object.fromEntries(
    [...headers].filter(
      ([name]) => name.startsWith('access-control-') || name === 'vary' || name === 'allow',
    ),
  );
}

async function preflight(
  path: string,
  method: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; fields: Record<string, string> }> {
  const response = await ask(
    path,
    { origin: shop, 'access-control-request-method': method, ...headers },
    'OPTIONS',
  );
  expect(await response.text()).toBe('');
  return { status: response.status, fields: fieldsOf(response) };
}

const varyOfPreflight =
  'origin, access-control-request-method, access-control-request-headers, access-control-request-private-network';

describe('a preflight', () => {
  it('is answered by the route of the method that it asks for', async () => {
    log.length = 0;
    for (const method of ['GET', 'POST', 'DELETE', 'HEAD']) {
      expect(await preflight('/v1/echo', method)).toEqual({
        status: 204,
        fields: {
          vary: varyOfPreflight,
          'access-control-allow-origin': shop,
          'access-control-allow-credentials': 'true',
          'access-control-allow-methods': method,
          'access-control-allow-headers': expect.stringMatching(
            /(^|, )authorization, .*if-match, .*, x-api-key$/,
          ),
          'access-control-max-age': '60',
        },
      });
    }
    expect(log).toEqual(Array(4).fill('OPTIONS /v1/echo'));
  });

  it('for pages of all origins', async () => {
    expect((await preflight('/v1/stream', 'POST', { origin: 'https://a.example' })).fields).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-max-age': '0',
    });
  });

  it('needs no credentials, even where the request will', async () => {
    expect((await preflight('/v1/collect', 'POST')).fields).toMatchObject({
      'access-control-allow-origin': shop,
      'access-control-max-age': '600',
    });
  });

  it.each(['https://evil.example', 'https://evilshop.example', 'null', 'https://SHOP.example', ''])(
    'grants nothing to pages of %j',
    async (origin) => {
      expect(await preflight('/v1/echo', 'GET', { origin })).toEqual({
        status: 204,
        fields: { vary: varyOfPreflight },
      });
    },
  );

  it('with two origins grants nothing', async () => {
    const { text } = await sendRaw(
      echo.port,
      `OPTIONS /v1/echo HTTP/1.1\r\nhost: a\r\norigin: ${shop}\r\norigin: https://evil.example\r\naccess-control-request-method: GET\r\n\r\n`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 204 /);
    expect(text).not.toMatch(/access-control-allow/i);
  });

  it('into a private network is for pages that were named', async () => {
    const asked = { 'access-control-request-private-network': 'true' };
    const granted = 'access-control-allow-private-network';
    expect((await preflight('/v1/echo', 'GET', asked)).fields).toMatchObject({ [granted]: 'true' });
    expect((await preflight('/v1/echo', 'GET')).fields).not.toHaveProperty(granted);
    expect((await preflight('/v1/stream', 'GET', asked)).fields).not.toHaveProperty(granted);
    expect(
      (await preflight('/v1/echo', 'GET', { ...asked, origin: 'https://a.example' })).fields,
    ).not.toHaveProperty(granted);
  });

  it('for a method that the path does not have, or whose route has no policy, is the OPTIONS it is', async () => {
    expect(await preflight('/v1/echo', 'PATCH')).toEqual({
      status: 204,
      fields: { allow: 'DELETE, GET, HEAD, OPTIONS, POST' },
    });
    expect(await preflight('/v1/upload', 'POST')).toEqual({
      status: 204,
      fields: { allow: 'OPTIONS, POST' },
    });
  });

  it.each([
    ['/v1/raw', 'GET', '/v1/rawer'],
    ['/v1/raw', 'POST', '/v1/rawer'],
  ])('tells nothing of a route that not everybody may see: %s %s', async (path, method, unknown) => {
    const bodies = [path, unknown].map(async (target) => {
      const response = await ask(
        target,
        { origin: shop, 'access-control-request-method': method },
        'OPTIONS',
      );
      return [response.status, fieldsOf(response), await response.text()];
    });
    const [hidden, none] = await Promise.all(bodies);
    expect(hidden).toEqual(none);
    expect(hidden?.[0]).toBe(404);
  });

  it('repeats a method and nothing else, where a route is for methods of any name', async () => {
    const proto = `syntax = "proto3";
      package t;
      import "google/api/annotations.proto";
      message M {}
      service T { rpc Unary(M) returns (M) { option (google.api.http) = { custom: { kind: "*" path: "/v1/any" } }; } }`;
    const image = compileProtos({ ...httpAnnotations(), 't.proto': proto });
    const any = await startEchoGateway({
      sources: [{ label: 'any', load: async () => image }],
      ...gateSettings({ '*': { ...open, cors: { origins: [shop] } } }),
    });
    const granted = async (method: string): Promise<string | null> => {
      const headers = { origin: shop, 'access-control-request-method': method };
      const response = await fetch(`${any.url}/v1/any`, { method: 'OPTIONS', headers });
      return response.headers.get('access-control-allow-methods');
    };
    expect([await granted('REPORT'), await granted('x, DELETE'), await granted('\xe4')]).toEqual([
      'REPORT',
      null,
      null,
    ]);
    await any.close();
  });

  it('calls no backend', async () => {
    calls = 0;
    await preflight('/v1/echo', 'POST');
    expect(calls).toBe(0);
  });
});

describe('an answer', () => {
  const toShop = {
    'access-control-allow-origin': shop,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': expect.stringMatching(/^x-request-id, etag, location, .*, x-total$/),
  };

  it('tells the page of a named origin that it may read it', async () => {
    expect(fieldsOf(await ask('/v1/echo', { origin: shop }))).toEqual({
      ...toShop,
      vary: 'accept, accept-encoding, x-goog-fieldmask, origin',
    });
  });

  it.each([
    ['no origin', {}],
    ['another origin', { origin: 'https://evil.example' }],
    ['null', { origin: 'null' }],
  ])('depends on the origin, and is for nobody else: %s', async (_what, headers) => {
    const response = await ask('/v1/echo', headers);
    expect(response.status).toBe(200);
    expect(fieldsOf(response)).toEqual({ vary: 'accept, accept-encoding, x-goog-fieldmask, origin' });
  });

  it('for pages of all origins is the same for all', async () => {
    for (const headers of [{}, { origin: 'https://a.example' }]) {
      const fields = fieldsOf(await ask('/v1/stream', headers));
      expect(fields['access-control-allow-origin']).toBe('*');
      expect(fields['vary']).not.toContain('origin');
      expect(fields).not.toHaveProperty('access-control-allow-credentials');
    }
  });

  it.each([
    ['of the backend', 404, '/v1/echo?text=gone', 'GET', {}],
    ['of a request that is wrong', 400, '/v1/echo?nothing=1', 'GET', {}],
    ['of an address', 403, '/v1/echo', 'GET', { 'x-forwarded-for': '10.0.0.1' }],
    ['of a missing credential', 401, '/v1/collect', 'POST', {}],
  ])('that is an error can be read by the page: %s', async (_what, status, path, method, headers) => {
    const response = await ask(path, { origin: shop, ...headers }, method);
    expect(response.status).toBe(status);
    expect(fieldsOf(response)).toMatchObject({ 'access-control-allow-origin': shop });
  });

  it('of a route that not everybody may see is that of an unknown path', async () => {
    const [hidden, none] = await Promise.all([
      ask('/v1/raw', { origin: shop }),
      ask('/v1/rawer', { origin: shop }),
    ]);
    expect([hidden.status, fieldsOf(hidden)]).toEqual([none.status, fieldsOf(none)]);
  });

  it('to a WebSocket is a matter of webSocketOrigins', async () => {
    const socket = new WebSocket(`${echo.url.replace('http', 'ws')}/v1/talk/ann`, { origin: shop });
    const refused = new Promise((resolve) =>
      socket.on('unexpected-response', (_request, { statusCode }) => resolve(statusCode)),
    );
    socket.on('error', () => undefined);
    expect(await refused).toBe(403);
  });
});

describe('a policy that cannot be does not load', () => {
  it.each([
    [{ credentials: true, origins: ['*'] }, /cors\.credentials: .* every origin/],
    [{ credentials: true, origins: ['*', shop] }, /cors\.credentials/],
    [{ origins: ['null'] }, /cors\.origins: null is/],
    [{ origins: ['https://shop.example/'] }, /cors\.origins: https:\/\/shop\.example\/ is no origin/],
    [{ origins: ['https://*.com'] }, /more than one owner/],
    [{ maxAge: '1m' }, /names no origins/],
    [{ origins: [shop], requestHeaders: ['*'] }, /cors\.requestHeaders: \* is no header field/],
    [{ origins: [shop], responseHeaders: ['a b'] }, /cors\.responseHeaders: a b is no header field/],
  ])('%j', async (cors, problem) => {
    const error: unknown = await createGateway({
      sources: [{ label: 'echo', load: async () => echoImage }],
      backends: [{ selector: '*', target: '127.0.0.1:1' }],
      ...gateSettings({ '*': { ...open, cors } }),
    }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DiagnosticsError);
    expect(String(error)).toMatch(problem);
  });
});

const browserProgram = findServerProgram('chromium', 'chromium');

describe.skipIf(browserProgram === undefined)('a browser', () => {
  let browser: Browser;
  let pages: EchoGateway;
  let api: EchoGateway;
  beforeAll(async () => {
    pages = await startEchoGateway({
      routes: (app) => void app.get('/page', (c) => c.html('<title>p</title>')),
    });
    const cors = { origins: [pages.url] };
    api = await startEchoGateway(
      gateSettings(
        { '*': { ...open, cors }, 't.T.ClientStream': { authentication: { mode: 'required' } } },
        { authentication },
      ),
    );
    browser = await chromium.launch({ executablePath: browserProgram ?? '', args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser?.close();
    await pages?.close();
    await api?.close();
  });

  it('lets a page of a named origin send what it must ask for first, and read answers and errors', async () => {
    const page = await browser.newPage();
    await page.goto(`${pages.url}/page`);
    const seen = await page.evaluate(async (url) => {
      const headers = {
        authorization: 'Bearer x',
        'content-type': 'application/json',
        'if-none-match': '"a"',
      };
      const body = '{"name":"n"}';
      const answer = await fetch(`${url}/v1/echo`, { method: 'POST', headers, body });
      const denied = await fetch(`${url}/v1/collect`, { method: 'POST', headers, body });
      return [await answer.text(), answer.headers.get('x-request-id') !== null, denied.status];
    }, api.url);
    expect(seen).toEqual(['{"name":"n"}', true, 401]);
    await page.close();
  });

  it('keeps answers from pages of other origins', async () => {
    const page = await browser.newPage();
    await page.goto(`${pages.url.replace('127.0.0.1', 'localhost')}/page`);
    const seen = await page.evaluate(
      (url) => fetch(`${url}/v1/echo`).catch((error: unknown) => (error instanceof Error ? error.name : '')),
      api.url,
    );
    expect(seen).toBe('TypeError');
    await page.close();
  });
});
