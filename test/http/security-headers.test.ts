import { connect } from 'node:http2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway } from '../../src/index.js';
import { type EchoGateway, echoImage, startEchoGateway } from '../support/echo-gateway.js';
import { gateSettings } from '../support/gate-settings.js';
import { sendRaw } from '../support/raw-http.js';

/** What browsers are told with every answer. */

const names = [
  'content-security-policy',
  'cross-origin-resource-policy',
  'referrer-policy',
  'strict-transport-security',
  'x-content-type-options',
];
const forPages = { 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff' };
const forAnswers = {
  ...forPages,
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-site',
};

/** The fields that an answer has, from its head. */
function fieldsOf(text: string): Record<string, string> {
  const head = text.slice(0, text.indexOf('\r\n\r\n')).toLowerCase().split('\r\n').slice(1);
  const fields = head.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  const found = fields.filter(([name]) => names.includes(name));
  // Each at most once.
  expect(new Set(found.map(([name]) => name)).size).toBe(found.length);
  return Object.fromEntries(found);
}

describe('by default', () => {
  let echo: EchoGateway;
  beforeAll(async () => {
    echo = await startEchoGateway({
      ...gateSettings(
        {
          't.T': { authentication: { mode: 'none' } },
          't.T.Bidi': { authentication: { mode: 'required' } },
          't.T.ServerStream': { cors: { origins: ['*'] } },
        },
        { trustedProxies: ['loopback'] },
      ),
      routes: (app) => {
        app.get('/page', (c) => c.html('<title>p</title>'));
        app.get('/own', (c) => c.text('own', 200, { 'Referrer-Policy': 'origin' }));
        app.use('/v1/numbers', async (_c, next) => next());
      },
    });
  });
  afterAll(() => echo?.close());

  const send = async (request: string): Promise<string> => (await sendRaw(echo.port, request)).text;
  const ask = (line: string, more = ''): Promise<string> =>
    send(`${line} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${more}\r\n`);

  it.each([
    ['an answer', 200, 'GET /v1/echo', ''],
    ['HEAD', 200, 'HEAD /v1/echo', ''],
    ['OPTIONS', 204, 'OPTIONS /v1/echo', ''],
    ['a wrong request', 400, 'GET /v1/echo?nothing=1', ''],
    ['an unknown path', 404, 'GET /nowhere', ''],
    ['another method', 405, 'PATCH /v1/echo', ''],
    ['a refusal of the gate', 401, 'POST /v1/talk/a', ''],
    ['an unknown expectation', 417, 'GET /v1/echo', 'expect: rain\r\n'],
    ['a WebSocket that is refused', 400, 'GET /v1/echo', 'upgrade: websocket\r\nconnection: upgrade\r\n'],
    ['a binding behind hand-written middleware', 200, 'POST /v1/numbers', 'content-length: 2\r\n\r\n[]'],
    ['no HTTP', 400, '\x01', ''],
  ])('%s has them', async (_what, status, line, more) => {
    const text = await ask(line, more);
    expect([Number(text.slice(9, 12)), fieldsOf(text)]).toEqual([status, forAnswers]);
  });

  it('HTTP/2 has them too', async () => {
    const session = connect(echo.url);
    const stream = session.request({ ':path': '/v1/echo' });
    const headers = await new Promise<Record<string, unknown>>((resolve) => stream.on('response', resolve));
    expect(headers).toMatchObject(forAnswers);
    session.destroy();
  });

  it('a hand-written page has those that no page minds, unless it says otherwise', async () => {
    expect(fieldsOf(await ask('GET /page'))).toEqual(forPages);
    expect(fieldsOf(await ask('GET /own'))).toEqual({ ...forPages, 'referrer-policy': 'origin' });
  });

  it('what is for pages of all origins may be embedded by them', async () => {
    expect(fieldsOf(await ask('GET /v1/stream'))).toEqual({
      ...forAnswers,
      'cross-origin-resource-policy': 'cross-origin',
    });
  });

  it('nobody is held to https', async () => {
    expect(fieldsOf(await ask('GET /v1/echo', 'x-forwarded-proto: https\r\n'))).toEqual(forAnswers);
  });
});

describe('by configuration', () => {
  let echo: EchoGateway;
  const transport = 'max-age=31536000; includeSubDomains';
  beforeAll(async () => {
    echo = await startEchoGateway({
      ...gateSettings({}, { trustedProxies: ['loopback'] }),
      securityHeaders: {
        referrerPolicy: 'off',
        contentSecurityPolicy: "default-src 'self'",
        crossOriginResourcePolicy: 'off',
        strictTransportSecurity: transport,
      },
      routes: (app) => void app.get('/page', (c) => c.html('<title>p</title>')),
    });
  });
  afterAll(() => echo?.close());

  it.each([
    ['/v1/echo', 'https', { 'content-security-policy': "default-src 'self'", transport }],
    ['/v1/echo', 'http', { 'content-security-policy': "default-src 'self'" }],
    ['/page', 'https', { transport }],
    ['/page', 'http', {}],
  ])('%s by %s', async (path, scheme, { transport: strict, ...more }: Record<string, string>) => {
    const request = `GET ${path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\nx-forwarded-proto: ${scheme}\r\n\r\n`;
    expect(fieldsOf((await sendRaw(echo.port, request)).text)).toEqual({
      'x-content-type-options': 'nosniff',
      ...(strict === undefined ? {} : { 'strict-transport-security': strict.toLowerCase() }),
      ...more,
    });
  });

  it.each(['', 'a\r\nset-cookie: b', 'ä'])(
    'a value that no field can have does not load: %j',
    async (value) => {
      const loading = createGateway({
        sources: [{ label: 'echo', load: async () => echoImage }],
        securityHeaders: { referrerPolicy: value },
      });
      await expect(loading).rejects.toThrow('referrer-policy');
    },
  );
});
