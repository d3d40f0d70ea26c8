import * as zlib from 'node:zlib';
import { Metadata, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig, settingsFrom } from '../../src/config/index.js';
import type { GatewayOptions } from '../../src/index.js';
import { gatewayOptionsOf } from '../../src/server/index.js';
import { type EchoGateway, startEchoGateway } from '../support/echo-gateway.js';

/** What propylon.yaml can say about requests and answers, as clients see it. */

const backend = {
  Unary(call: { request: Buffer }, callback: (error: object | null, answer?: Buffer) => void) {
    if (call.request.includes('refused')) callback({ code: status.NOT_FOUND, details: 'no such thing' });
    else callback(null, call.request);
  },
};

function optionsOf(yaml: string): Partial<GatewayOptions> {
  const { config, diagnostics } = parseConfig(yaml, 'propylon.yaml');
  expect(diagnostics).toEqual([]);
  const {
    sources: _sources,
    backends: _backends,
    ...options
  } = gatewayOptionsOf(settingsFrom(config, {}, {}));
  return options;
}

async function withGateway(yaml: string, use: (echo: EchoGateway) => Promise<void>): Promise<void> {
  const echo = await startEchoGateway(optionsOf(yaml), backend);
  try {
    await use(echo);
  } finally {
    await echo.close();
  }
}

async function ask(
  echo: EchoGateway,
  request: string,
  body?: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
) {
  const [method = '', path = ''] = request.split(' ');
  const json = body === undefined ? {} : { 'content-type': 'application/json' };
  const response = await fetch(`${echo.url}${path}`, {
    method,
    body: body ?? null,
    headers: { ...json, ...headers },
  });
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    text: await response.text(),
  };
}

describe('json', () => {
  it.each<[string, string, string, string]>([
    [
      'emitDefaults: true',
      'GET /v1/echo?name=n&$fields=name,text,size',
      '',
      '{"name":"n","text":"","size":"0"}',
    ],
    ['enumsAsNumbers: true', 'POST /v1/echo', '{"color":"RED"}', '{"color":1}'],
    ['protoNames: true', 'POST /v1/echo', '{"isOld":true}', '{"is_old":true}'],
    ['ignoreUnknown: true', 'POST /v1/echo', '{"nope":1,"color":"MAUVE","name":"n"}', '{"name":"n"}'],
  ])('%s, for all methods or for one', async (option, request, body, expected) => {
    await withGateway(`json: { ${option} }`, async (echo) => {
      expect((await ask(echo, request, body === '' ? undefined : body)).text).toBe(expected);
    });
    await withGateway(`json: { methods: { t.T.Unary: { ${option} } } }`, async (echo) => {
      expect((await ask(echo, request, body === '' ? undefined : body)).text).toBe(expected);
    });
    await withGateway(`json: { methods: { t.T.Ping: { ${option} } } }`, async (echo) => {
      expect((await ask(echo, request, body === '' ? undefined : body)).text).not.toBe(expected);
    });
  });

  it('layers lie over each other', async () => {
    const yaml = 'json: { methods: { "t.*": { enumsAsNumbers: true }, t.T.Unary: { ignoreUnknown: true } } }';
    await withGateway(yaml, async (echo) => {
      expect((await ask(echo, 'POST /v1/echo', '{"nope":1,"color":"RED"}')).text).toBe('{"color":1}');
    });
  });
});

it('requests', async () => {
  const yaml = `
requests:
  ignoredQuery: [utm_source]
  repeatedQuery: last-wins
  methods: { t.T.Unary: { unknownQuery: ignore, pathConflict: path-wins, unexpectedBody: ignore } }
multiSegmentDecoding: reserved
`;
  await withGateway(yaml, async (echo) => {
    expect((await ask(echo, 'GET /v1/echo?nope=1&name=n')).text).toBe('{"name":"n"}');
    expect((await ask(echo, 'PUT /v1/things/a%2f%23', '{"name":"other"}')).text).toBe(
      '{"name":"things/a%2f%23"}',
    );
    expect((await ask(echo, 'DELETE /v1/echo?name=n', '{"name":"other"}')).text).toBe('{"name":"n"}');
    expect((await ask(echo, 'GET /v1/stream?utm_source=x&name=n')).text).toBe('{"name":"n"}\n'.repeat(3));
    expect((await ask(echo, 'GET /v1/stream?nope=x&name=n')).status).toBe(400);
    expect((await ask(echo, 'GET /v1/echo?name=a&name=n')).text).toBe('{"name":"n"}');
  });
});

describe('streamFormats', () => {
  it.each<[string, string, Record<string, string>, string]>([
    ['ndjson', '', {}, 'application/x-ndjson'],
    ['json', '', {}, 'application/json'],
    ['sse', '', {}, 'text/event-stream'],
    ['proto', '', {}, 'application/x-protobuf'],
    ['sse', '', { accept: '*/*' }, 'text/event-stream'],
    ['sse', '', { accept: 'application/*' }, 'application/x-ndjson'],
    ['sse', '', { accept: 'application/x-ndjson' }, 'application/x-ndjson'],
    ['sse', '', { accept: 'application/jsonl' }, 'application/jsonl'],
    ['ndjson', '&$alt=sse', {}, 'text/event-stream'],
    ['sse', '&$alt=json', {}, 'application/json'],
  ])('%s: with %j and %j the stream is %s', async (format, query, headers, type) => {
    await withGateway(`streamFormats: { t.T.ServerStream: ${format} }`, async (echo) => {
      expect((await ask(echo, `GET /v1/stream?name=n${query}`, undefined, headers)).type).toBe(type);
    });
  });
});

describe('errors', () => {
  const envelope = { error: { code: 404, message: 'no such thing', status: 'NOT_FOUND' } };
  const problem = {
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
    detail: 'no such thing',
    code: 'NOT_FOUND',
  };
  const bare = { code: 5, message: 'no such thing' };
  const google = { 'x-goog-api-client': 'gax' };
  it.each<[string, Record<string, string>, string, object]>([
    ['status', {}, 'application/json', bare],
    ['envelope', {}, 'application/json', envelope],
    ['problem', {}, 'application/problem+json', problem],
    ['status', google, 'application/json', envelope],
    ['problem', google, 'application/json', envelope],
    [
      'envelope',
      { accept: 'application/problem+json, application/json' },
      'application/problem+json',
      problem,
    ],
  ])('%s: a client that sends %j reads %s', async (form, headers, type, json) => {
    await withGateway(`errors: ${form}`, async (echo) => {
      const answer = await ask(echo, 'POST /v1/echo', '{"text":"refused"}', headers);
      expect([answer.status, answer.type, JSON.parse(answer.text)]).toEqual([404, type, json]);
      // What the server refuses before the gateway sees it speaks alike.
      const early = await ask(echo, 'GET /nowhere', undefined, headers);
      expect([early.status, early.type]).toEqual([404, type]);
    });
  });
});

it.each([
  'timeouts: { t.T.Nope: 5s }',
  'json: { methods: { t.T.Nope: { emitDefaults: true } } }',
  'requests: { methods: { t.T.Nope: { unknownQuery: ignore } } }',
  'streamFormats: { t.T.Nope: sse }',
  'sse: { eventIds: { t.T.Nope: name } }',
])('%s is a warning, since its author believes that it holds for something', async (yaml) => {
  await withGateway(yaml.replace('Nope', 'Unari'), async ({ gateway }) => {
    expect(gateway.diagnostics).toContainEqual(
      expect.objectContaining({
        severity: 'warning',
        code: 'SELECTOR_UNUSED',
        text: expect.stringContaining('t.T.Unari'),
        hint: 'Did you mean t.T.Unary?',
      }),
    );
  });
});

describe('a body that grows out of proportion', () => {
  const spaces = Buffer.alloc(32 * 1024 * 1024, 0x20);
  const bombs: Record<string, () => Buffer> = {
    gzip: () => zlib.gzipSync(spaces),
    deflate: () => zlib.deflateSync(spaces),
    br: () => zlib.brotliCompressSync(spaces, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } }),
  };
  let echo: EchoGateway;
  beforeAll(async () => {
    echo = await startEchoGateway();
  });
  afterAll(() => echo?.close());

  it.each(Object.keys(bombs))('is 413 in a stream, where messages are small or none: %s', async (coding) => {
    const bomb = new Uint8Array(bombs[coding]?.() ?? []);
    const answer = await ask(echo, 'POST /v1/collect', bomb, { 'content-encoding': coding });
    expect([answer.status, answer.text]).toEqual([413, expect.stringContaining('out of proportion')]);
  });

  it('is none where the text is ordinary, however long', async () => {
    const lines = Array.from(
      { length: 100_000 },
      (_, index) => `{"size":"${index * 7919}","text":"line ${index % 97}"}\n`,
    );
    const body = new Uint8Array(zlib.gzipSync(lines.join('')));
    const collected = await ask(echo, 'POST /v1/collect?$fields=size', body, { 'content-encoding': 'gzip' });
    expect([collected.status, collected.text]).toEqual([200, '{"size":"791892081"}']);
  });
});

describe('a client stream without messages', () => {
  const sent: string[] = [];
  let echo: EchoGateway;
  beforeAll(async () => {
    echo = await startEchoGateway(
      {},
      {
        ClientStream(call, callback) {
          call.on('data', (message: Buffer) => sent.push(message.toString('latin1')));
          call.on('end', () => callback(null, Buffer.alloc(0), new Metadata()));
        },
        Bidi(call) {
          call.on('data', (message: Buffer) => sent.push(message.toString('latin1')));
          call.on('end', () => call.end());
        },
      },
    );
  });
  afterAll(() => echo?.close());

  it.each<[string, string, string[]]>([
    ['POST /v1/collect', '', []],
    ['POST /v1/collect', ' \n', []],
    ['POST /v1/collect', '[]', []],
    ['POST /v1/collect', '{}', ['']],
    // What the path names reaches the backend, messages or none.
    ['POST /v1/talk/a', '', ['\n\x01a']],
    ['POST /v1/talk/a', '[]', ['\n\x01a']],
    ['POST /v1/talk/a', '{}\n{}', ['\n\x01a', '']],
  ])('%s %j sends %j', async (request, body, expected) => {
    sent.length = 0;
    expect((await ask(echo, request, body)).status).toBe(200);
    expect(sent).toEqual(expected);
  });
});
