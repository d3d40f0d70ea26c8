import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Explanation } from '../../src/gateway/index.js';
import { type EchoGateway, messageOf, startEchoGateway } from '../support/echo-gateway.js';
import { gateSettings } from '../support/gate-settings.js';

/** What is explained of requests of every shape, and of odd ones. */

let echo: EchoGateway;
beforeAll(async () => {
  echo = await startEchoGateway({
    methodOverride: true,
    requests: { unknownQuery: 'ignore' },
    json: { ignoreUnknown: true },
    metadata: { requestNames: ['cookie', 'x-api-key', 'x-tenant'], responseNames: [] },
    ...gateSettings({
      '*': { authentication: { mode: 'none' } },
      't.T.Download': { visibility: 'internal', authentication: { mode: 'required' } },
      't.T.Unary': {
        timeout: '2s',
        transform: {
          requestHeaders: [{ name: 'x-tenant', set: 'acme' }],
          requestFields: [{ name: 'text', default: 'from the gate' }],
          responseHeaders: [{ name: 'x-shop', set: 'yes' }],
        },
      },
    }),
  });
});
afterAll(() => echo?.close());

interface Asked {
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string | Uint8Array;
  readonly send?: boolean;
}

function explain(line: string, { headers = [], body = '', send }: Asked = {}): Promise<Explanation> {
  const [method = '', url = ''] = line.split(' ');
  return echo.gateway.explain({ method, url, headers, body: Buffer.from(body).toString('base64'), send });
}

describe.each([false, true])('what the listener refuses is refused as it does it, sent: %s', (send) => {
  const many = Array.from({ length: 200 }, (_, index) => [`x-${index}`, '1'] as const);
  it.each<[string, Asked, number, string]>([
    ['too many header fields', { headers: many }, 431, 'header fields'],
    ['too large a head', { headers: [['x-a', 'a'.repeat(100_000)]] }, 431, 'larger than the limit'],
    [
      'two hosts',
      {
        headers: [
          ['host', 'a'],
          ['host', 'b'],
        ],
      },
      400,
      'exactly one Host',
    ],
    ['a line break in a value', { headers: [['x-a', 'a\r\nb: c']] }, 400, 'not valid HTTP'],
    ['an unknown expectation', { headers: [['expect', 'more']] }, 417, '100-continue'],
  ])('%s', async (_, asked, httpStatus, text) => {
    const told = await explain('GET /v1/echo', { ...asked, send });
    expect(told).toMatchObject({ verdict: 'refused', sent: send, call: undefined, answer: { httpStatus } });
    expect(told.summary).toContain(text);
  });
});

const type = (contentType: string) => ({ headers: [['content-type', contentType]] as const });

describe('explained', () => {
  it.each<[name: string, line: string, asked: Asked, told: object]>([
    [
      'where each field is from',
      'PUT /v1/nested/things/a?name=n&nope=1&labels[k]=v',
      { body: '{"text":"t","size":"7","wrong":{}}' },
      {
        bound: {
          captures: [{ field: 'child.name', text: 'things/a' }],
          query: [
            { name: 'name', value: 'n', meaning: 'name' },
            { name: 'nope', value: '1', meaning: 'names no field, and is ignored' },
            { name: 'labels[k]', value: 'v', meaning: 'labels[k]' },
          ],
          body: { kind: 'json', field: 'child', unknown: ['wrong'] },
          fields: [
            { path: 'child.text', value: '"t"', source: 'body' },
            { path: 'child.size', value: '7', source: 'body' },
            { path: 'child.name', value: '"things/a"', source: 'path' },
            { path: 'name', value: '"n"', source: 'query' },
            { path: 'labels[k]', value: '"v"', source: 'query' },
            { path: 'text', value: '"from the gate"', source: 'gate' },
          ],
        },
      },
    ],
    [
      'what a policy changes, and what bounds a call',
      'GET /v1/echo',
      {},
      {
        settings: expect.arrayContaining([
          { path: 'timeout', value: '2s', origin: 'policies.t.T.Unary' },
          { path: 'authentication.mode', value: 'none', origin: 'policies.*' },
        ]),
        call: { timeoutMs: expect.any(Number), metadata: expect.arrayContaining([['x-tenant', 'acme']]) },
        answer: { httpStatus: 200, headers: expect.arrayContaining([['x-shop', 'yes']]) },
      },
    ],
    [
      'a form',
      'POST /v1/echo',
      { ...type('application/x-www-form-urlencoded'), body: 'size=3' },
      { bound: { body: { kind: 'form' } }, verdict: 'answered' },
    ],
    [
      'protobuf both ways',
      'POST /v1/echo',
      {
        headers: [
          ['content-type', 'application/x-protobuf'],
          ['accept', 'application/x-protobuf'],
        ],
        body: messageOf({ size: '3', text: 'x' }),
      },
      {
        bound: { body: { kind: 'protobuf' } },
        call: { messages: [{ hex: '12017818' + '03' }] },
        answer: { contentType: 'application/x-protobuf' },
      },
    ],
    [
      'another HTTP method in a header field',
      'POST /v1/children/a',
      { headers: [['x-http-method-override', 'PUT']] },
      {
        request: { httpMethod: 'POST', meansMethod: 'PUT' },
        verdict: 'answered',
        route: { template: '/v1/{child.name=children/*}' },
      },
    ],
    [
      'a stream of answers',
      'GET /v1/stream',
      {},
      { route: { shape: 'server-stream' }, answer: { contentType: 'application/x-ndjson', streams: true } },
    ],
    [
      'a stream of events',
      'GET /v1/stream',
      { headers: [['accept', 'text/event-stream']] },
      { answer: { contentType: 'text/event-stream', streams: true } },
    ],
    [
      'the first messages of a stream of requests',
      'POST /v1/collect',
      { ...type('application/x-ndjson'), body: '{"size":1}\n{"size":2}\n{"size":3}\n{"size":4}\n' },
      {
        call: { messageCount: 4, messages: [{ hex: '1801' }, { hex: '1802' }, { hex: '1803' }] },
        answer: { httpStatus: 200 },
      },
    ],
    [
      'a conversation',
      'POST /v1/talk/ann',
      { ...type('application/x-ndjson'), body: '{}\n{}\n' },
      { route: { shape: 'bidi' }, call: { messageCount: 2 } },
    ],
    [
      'bytes as they are',
      'POST /v1/upload',
      { ...type('image/png'), body: 'x' },
      {
        bound: { body: { kind: 'raw' } },
        call: { messages: [{ json: expect.stringContaining('image/png') }] },
      },
    ],
    [
      'what is wrong with a body, and where',
      'POST /v1/echo',
      { body: '{"size": tru}' },
      {
        verdict: 'refused',
        bound: { problem: expect.stringContaining('line 1, column 10') },
        call: undefined,
      },
    ],
    [
      'a body that is too large for its type',
      'POST /v1/echo',
      { body: '{"size":"99999999999999999999"}' },
      { verdict: 'refused', summary: expect.stringContaining('size') },
    ],
    [
      'a method that the path does not have',
      'PATCH /v1/echo',
      {},
      {
        answer: { httpStatus: 405 },
        candidates: expect.arrayContaining([
          expect.objectContaining({ httpMethod: 'GET', won: false, why: 'is for GET, and this is PATCH' }),
        ]),
      },
    ],
    [
      'a path that is near others',
      'GET /v1/ecko',
      {},
      {
        answer: { httpStatus: 404 },
        candidates: [],
        nearest: expect.arrayContaining([{ httpMethod: 'GET', template: '/v1/echo' }]),
      },
    ],
    [
      'a path that is none',
      'GET /v1/%2',
      {},
      { answer: { httpStatus: 400 }, candidates: [], summary: expect.stringContaining('two hex digits') },
    ],
    [
      'a route that is hidden from the caller',
      'GET /v1/download',
      {},
      {
        answer: { httpStatus: 404 },
        candidates: [{ won: true, visibleTo: ['internal'] }],
        steps: [{ name: 'authentication', verdict: 'refuses', reason: 'CREDENTIALS_MISSING' }],
      },
    ],
    [
      'what a client accepts and nobody can make',
      'GET /v1/echo',
      { headers: [['accept', 'text/html']] },
      { answer: { httpStatus: 406 }, verdict: 'refused' },
    ],
    [
      'a preflight, that is none of a page that may',
      'OPTIONS /v1/echo',
      {
        headers: [
          ['origin', 'https://a.example'],
          ['access-control-request-method', 'GET'],
        ],
      },
      { answer: { httpStatus: 204 } },
    ],
  ])('%s', async (_, line, asked, told) => {
    expect(await explain(line, asked)).toMatchObject(told);
  });

  it('a template that wins, by the segment that makes it more specific', async () => {
    const surface = await startEchoGateway({
      rules: [
        {
          file: 'rules.yaml',
          text: `type: google.api.Service
config_version: 3
http:
  rules:
    - { selector: t.T.Unary, get: "/v1/{name=things/*}", additional_bindings: [{ get: "/v1/{name=**}" }, { get: "/v1/things/special" }, { get: "/v1/things/{text}" }] }
`,
        },
      ],
    });
    const { candidates } = await surface.gateway.explain({
      method: 'GET',
      url: '/v1/things/special',
      headers: [],
      body: '',
    });
    await surface.close();
    expect(candidates.map(({ template, won, why }) => [template, won, why])).toEqual([
      [
        '/v1/things/special',
        true,
        'before /v1/{name=things/*}: segment 3 is the literal "special" there, * here',
      ],
      [
        '/v1/{name=things/*}',
        false,
        '/v1/things/special comes before it: segment 3 is the literal "special" there, * here',
      ],
      [
        '/v1/{name=**}',
        false,
        '/v1/things/special comes before it: segment 2 is the literal "things" there, ** here',
      ],
      ['/v1/things/{text}', false, expect.stringContaining('comes before it')],
    ]);
  });

  it('no secret of what it was asked with, sent or not', async () => {
    const headers = [
      ['authorization', 'Bearer s3cret-1'],
      ['cookie', 'id=s3cret-2'],
      ['x-api-key', 's3cret-3'],
      ['proxy-authorization', 'Basic s3cret-4'],
      ['x-auth-token', 's3cret-5'],
    ] as const;
    for (const send of [false, true]) {
      const said = await explain('GET /v1/echo?name=n&api_key=s3cret-6', { headers, send });
      expect(JSON.stringify(said)).not.toContain('s3cret');
      expect(said.call?.metadata).toEqual(
        expect.arrayContaining([
          ['authorization', 'Bearer ***'],
          ['cookie', '***'],
        ]),
      );
    }
  });

  it('no key, under whatever name keys are configured to be sent', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'propylon-explain-'));
    const keysFile = join(folder, 'keys.json');
    writeFileSync(keysFile, '{"keys":[]}');
    const providers = { clerks: { type: 'apiKey', keysFile, header: 'X-Pass' } } as const;
    const guarded = await startEchoGateway(gateSettings({ '*': {} }, { authentication: { providers } }));
    const said = await guarded.gateway.explain({
      ...{ method: 'GET', url: '/v1/echo', body: '' },
      headers: [['X-Pass', 's3cret']],
    });
    await guarded.close();
    rmSync(folder, { recursive: true });
    expect([said.answer.httpStatus, said.request.headers]).toEqual([
      401,
      expect.arrayContaining([['x-pass', '***']]),
    ]);
    expect(JSON.stringify(said)).not.toContain('s3cret');
  });

  it('what has come of a request that was sent', async () => {
    const said = await explain('POST /v1/echo', { body: '{"name":"a"}', send: true });
    expect(said).toMatchObject({
      sent: true,
      outcome: { code: 'OK', messages: [{ json: '{"name":"a","text":"from the gate"}' }] },
      answer: { body: '{"name":"a","text":"from the gate"}' },
    });
    const stream = await explain('GET /v1/stream?text=fail', { send: true });
    expect(stream.outcome).toMatchObject({ code: 'UNAVAILABLE', message: 'gone' });
  });

  it('in data that a message can carry', async () => {
    for (const line of ['GET /v1/echo', 'GET /nowhere', 'POST /v1/collect']) {
      const said = await explain(line, { body: '{}' });
      expect(structuredClone(said)).toEqual(said);
      expect(JSON.parse(JSON.stringify(said))).toEqual(said);
    }
  });

  it('in bounds, however large the request is', async () => {
    const body = JSON.stringify({
      numbers: Array.from({ length: 50_000 }, (_, n) => n),
      items: Array.from({ length: 2_000 }, () => ({ name: 'x'.repeat(100) })),
    });
    const said = await explain('POST /v1/echo', { body, headers: [['x-long', 'y'.repeat(10_000)]] });
    expect(said.verdict).toBe('answered');
    expect(JSON.stringify(said).length).toBeLessThan(300_000);
  });
});
