import { request } from 'node:http';
import * as zlib from 'node:zlib';
import { Metadata, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EchoGateway, jsonOf, messageOf, startEchoGateway } from '../support/echo-gateway.js';

/** What clients may ask for by header fields and system parameters, over real sockets. */

let echo: EchoGateway;
const calls: { metadata: Metadata }[] = [];

beforeAll(async () => {
  echo = await startEchoGateway(
    {
      sse: { retryMs: 2000, eventIds: [{ selector: 't.T.ServerStream', field: 'size' }] },
      methodJson: [{ selector: 't.T.ClientStream', options: { emitDefaults: true, ignoreUnknown: true } }],
    },
    {
      Unary(call, callback) {
        calls.push({ metadata: call.metadata });
        if (call.request.includes('refused')) {
          callback({ code: status.NOT_FOUND, details: 'no such thing' });
          return;
        }
        const leading = new Metadata();
        if (call.request.includes('cacheable')) leading.set('cache-control', 'public, max-age=60');
        if (call.request.includes('private')) leading.set('cache-control', 'no-store');
        if (call.request.includes('tagged')) leading.set('etag', '"v1"');
        if (call.request.includes('comma')) leading.set('etag', '"a, b"');
        call.sendMetadata(leading);
        callback(null, call.request);
      },
      Ping(_call, callback) {
        callback(null, Buffer.from('\x0a\x09image/png\x12\x03abc'));
      },
    },
  );
});
afterAll(() => echo?.close());

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
  readonly text: string;
}

async function ask(path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(`${echo.url}${path}`, init);
  const bytes = new Uint8Array(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, bytes, text: Buffer.from(bytes).toString() };
}

const jsonType = { 'content-type': 'application/json' };
const formType = { 'content-type': 'application/x-www-form-urlencoded' };
const protobufType = { 'content-type': 'application/x-protobuf' };

const post = (
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = jsonType,
): RequestInit => ({
  method: 'POST',
  body,
  headers,
});

describe('partial responses', () => {
  const full = '{"name":"n","text":"t","items":[{"name":"a","size":"1"}],"labels":{"x":"1","y":"2"}}';
  it.each([
    ['?fields=name', '{"name":"n"}'],
    ['?$fields=name,text', '{"name":"n","text":"t"}'],
    ['?%24fields=items(name)', '{"items":[{"name":"a"}]}'],
    ['?fields=items/size,labels.x', '{"items":[{"size":"1"}],"labels":{"x":"1"}}'],
    ['?fields=*', full],
  ])('%s', async (query, expected) => {
    expect((await ask(`/v1/echo${query}`, post(full))).text).toBe(expected);
  });

  it('by X-Goog-FieldMask', async () => {
    const answer = await ask('/v1/echo', post(full, { ...jsonType, 'x-goog-fieldmask': 'items.name' }));
    expect(answer.text).toBe('{"items":[{"name":"a"}]}');
  });

  it('of each message of a stream', async () => {
    expect((await ask('/v1/stream?name=n&text=t&fields=name')).text).toBe('{"name":"n"}\n'.repeat(3));
  });

  it('of the response_body', async () => {
    expect((await ask('/v1/child?child.name=c&child.text=t&fields=name')).text).toBe('{"name":"c"}');
  });

  it('and the response_body is that of each message of a stream', async () => {
    expect((await ask('/v1/stream/child?child.name=c&name=n')).text).toBe('{"name":"c"}\n'.repeat(3));
    expect((await ask('/v1/stream/child?name=n')).text).toBe('null\n'.repeat(3));
    expect((await ask('/v1/stream/numbers?numbers=1&numbers=2')).text).toBe('[1,2]\n'.repeat(3));
    const array = await ask('/v1/stream/numbers', { headers: { accept: 'application/json' } });
    expect(array.text).toBe('[[],[],[]]');
  });

  it('a mask that names nothing is a 400 that says so, before the backend is called', async () => {
    calls.length = 0;
    const answer = await ask('/v1/echo?fields=nmae');
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('\\"nmae\\" is no field of t.M (did you mean \\"name\\"?)');
    expect(calls).toHaveLength(0);
    expect((await ask('/v1/raw?fields=data')).status).toBe(400);
  });

  it('of protobuf', async () => {
    const answer = await ask(
      '/v1/echo?fields=items.name',
      post(full, { ...jsonType, accept: 'application/x-protobuf' }),
    );
    expect(jsonOf(answer.bytes)).toEqual({ items: [{ name: 'a' }] });
  });
});

describe('JSON as the client wants it', () => {
  it.each([
    ['?color=RED', '{"color":"RED"}'],
    ['?color=RED&$alt=json%3Benum-encoding%3Dint', '{"color":1}'],
    ['?fields=name,numbers&$alt=json%3Bemit-defaults%3Dtrue', '{"name":"","numbers":[]}'],
    ['?name=n&labels[a]=b&$prettyPrint=true', '{\n  "name": "n",\n  "labels": {\n    "a": "b"\n  }\n}\n'],
    ['?numbers=1&numbers=2&prettyPrint=true', '{\n  "numbers": [\n    1,\n    2\n  ]\n}\n'],
    ['?text=%7B%22a%22:%5B%5D,%20%5C&pretty', '{\n  "text": "{\\"a\\":[], \\\\"\n}\n'],
    ['?pretty=1', '{}\n'],
    ['?prettyPrint=false', '{}'],
  ])('%s → %j', async (query, expected) => {
    expect((await ask(`/v1/echo${query}`)).text).toBe(expected);
  });

  it('indents a JSON array, not lines', async () => {
    const array = await ask('/v1/stream?name=n&pretty=true', { headers: { accept: 'application/json' } });
    expect(JSON.parse(array.text)).toEqual([{ name: 'n' }, { name: 'n' }, { name: 'n' }]);
    expect(array.text).toContain('{\n  "name"');
    expect((await ask('/v1/stream?name=n&pretty=true')).text).toBe('{"name":"n"}\n'.repeat(3));
  });

  it('options of one method are those of no other', async () => {
    const collected = JSON.parse((await ask('/v1/collect', post('{"name":"n","unknown":1}'))).text);
    expect(collected).toMatchObject({ name: 'n', text: '', size: '0', numbers: [] });
    expect((await ask('/v1/echo', post('{"unknown":1}'))).status).toBe(400);
  });
});

describe('forms bind like a query', () => {
  it.each([
    [
      '/v1/echo',
      'POST',
      'name=n&size=5&child.text=a+b%21&numbers=1&numbers=2&labels%5Bk%5D=v',
      {
        name: 'n',
        size: '5',
        child: { text: 'a b!' },
        numbers: [1, 2],
        labels: { k: 'v' },
      },
    ],
    ['/v1/things/1', 'PUT', 'text=t', { name: 'things/1', text: 't' }],
    ['/v1/things/1', 'PUT', 'name=things/1', { name: 'things/1' }],
    [
      '/v1/nested/things/1?text=outer',
      'PUT',
      'text=t&size=1',
      {
        text: 'outer',
        child: { name: 'things/1', text: 't', size: '1' },
      },
    ],
    ['/v1/nested/things/1', 'PUT', '', { child: { name: 'things/1' } }],
  ])('%s %s %j', async (path, method, body, expected) => {
    const answer = await ask(path, { method, body, headers: formType });
    expect([answer.status, JSON.parse(answer.text)]).toEqual([200, expected]);
  });

  it.each([
    ['/v1/things/1', 'PUT', 'name=things/2', 400, 'BODY_PATH_CONFLICT'],
    ['/v1/echo', 'POST', 'name=a&name=b', 400, 'QUERY_PARAMETER_REPEATED'],
    ['/v1/echo', 'POST', 'nmae=a', 400, 'QUERY_PARAMETER_UNKNOWN'],
    ['/v1/echo', 'POST', '$alt=json', 400, 'QUERY_PARAMETER_UNKNOWN'],
    ['/v1/echo', 'POST', 'size=x', 400, 'QUERY_VALUE'],
    ['/v1/echo', 'POST', 'name=%zz', 400, 'QUERY_MALFORMED'],
    ['/v1/numbers', 'POST', 'numbers=1', 415, 'MEDIA_TYPE_UNSUPPORTED'],
    ['/v1/collect', 'POST', 'name=n', 415, 'MEDIA_TYPE_UNSUPPORTED'],
  ])('%s %s %j is refused', async (path, method, body, httpStatus, reason) => {
    const answer = await ask(path, { method, body, headers: formType });
    expect([answer.status, answer.text]).toEqual([httpStatus, expect.stringContaining(reason)]);
  });
});

describe('protobuf in and out', () => {
  const message = messageOf({ name: 'n', items: [{ size: '1' }] });

  it('goes through untouched, unknown fields too', async () => {
    const unknown = new Uint8Array([...message, 0xf8, 0x07, 0x01]);
    const answer = await ask(
      '/v1/echo',
      post(unknown, { ...protobufType, accept: 'application/x-protobuf' }),
    );
    expect(answer.headers.get('content-type')).toBe('application/x-protobuf');
    expect([...answer.bytes]).toEqual([...unknown]);
  });

  it.each(['application/x-protobuf', 'application/protobuf', '*/*'])('Accept: %s', async (accept) => {
    const answer = await ask('/v1/echo?name=n', { headers: { accept } });
    if (accept === '*/*') expect(answer.text).toBe('{"name":"n"}');
    else expect(jsonOf(answer.bytes)).toEqual({ name: 'n' });
  });

  it('$alt=proto', async () => {
    expect(jsonOf((await ask('/v1/echo?name=n&$alt=proto')).bytes)).toEqual({ name: 'n' });
  });

  it('a response_body is the bytes of its message; one that is none has no protobuf form', async () => {
    const headers = { accept: 'application/x-protobuf' };
    expect(jsonOf((await ask('/v1/child?child.name=c', { headers })).bytes)).toEqual({ name: 'c' });
    expect((await ask('/v1/child', { headers })).bytes).toHaveLength(0);
    expect((await ask('/v1/items', { headers })).status).toBe(406);
  });

  it('path and body meet as they do in JSON', async () => {
    const put = (path: string, body: Uint8Array<ArrayBuffer>) =>
      ask(path, { method: 'PUT', body, headers: protobufType });
    expect(JSON.parse((await put('/v1/things/1', messageOf({ text: 't' }))).text)).toEqual({
      name: 'things/1',
      text: 't',
    });
    expect((await put('/v1/things/1', messageOf({ name: 'things/2' }))).text).toContain('BODY_PATH_CONFLICT');
    expect(JSON.parse((await put('/v1/children/1', messageOf({ child: { text: 't' } }))).text)).toEqual({
      child: { name: 'children/1', text: 't' },
    });
    expect(JSON.parse((await put('/v1/nested/things/1', messageOf({ text: 't' }))).text)).toEqual({
      child: { name: 'things/1', text: 't' },
    });
    expect((await put('/v1/nested/things/1', messageOf({ name: 'other' }))).text).toContain(
      'BODY_PATH_CONFLICT',
    );
  });

  it.each([
    ['a length that would swallow the path', '/v1/things/1', [0x12, 0x7f]],
    ['the same in the message around the path field', '/v1/children/1', [0x3a, 0x02, 0x12, 0x7f]],
    ['a submessage in two pieces', '/v1/children/1', [0x3a, 0x02, 0x12, 0x00, 0x3a, 0x00]],
    ['a submessage that is a number', '/v1/children/1', [0x38, 0x01]],
    ['the body as a part, cut', '/v1/nested/things/1', [0x12, 0x7f]],
    ['what is no protobuf at all', '/v1/nested/things/1', [...Buffer.from('{"text":"t"}')]],
  ])('%s is 400', async (_name, path, bytes) => {
    calls.length = 0;
    const answer = await ask(path, { method: 'PUT', body: Uint8Array.from(bytes), headers: protobufType });
    expect([answer.status, calls.length]).toEqual([400, 0]);
    expect(answer.text).toContain('BODY_MALFORMED');
  });

  it('bytes that are blanks in JSON are a message', async () => {
    // Field 1 of ten blanks.
    const answer = await ask(
      '/v1/echo',
      post(Uint8Array.from([0x0a, 0x0a, ...Array(10).fill(0x20)]), protobufType),
    );
    expect(answer.text).toBe('{"name":"          "}');
  });

  it('a field that is no message has no protobuf form: 415', async () => {
    expect((await ask('/v1/numbers', post(message, protobufType))).status).toBe(415);
  });

  it('an error is a Status in protobuf, where protobuf is wanted more than JSON', async () => {
    const read = async (accept: string) =>
      ask('/v1/echo', post('{"text":"refused"}', { ...jsonType, accept }));
    const answer = await read('application/x-protobuf');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'application/x-protobuf']);
    expect(answer.text).toBe('\b\x05\x12\rno such thing');
    expect((await read('application/json, application/x-protobuf')).text).toContain('"code":5');
    const own = await ask('/v1/echo?nmae=x', { headers: { accept: 'application/x-protobuf' } });
    expect(own.text).toContain('type.googleapis.com/google.rpc.BadRequest');
    expect(own.text).toContain('nmae');
  });

  it('streams are length-delimited both ways', async () => {
    const answer = await ask('/v1/stream?name=n', { headers: { accept: 'application/x-protobuf' } });
    const body = (async function* () {
      yield answer.bytes;
    })();
    const messages: unknown[] = [];
    for await (const one of sizeDelimitedDecode(body)) messages.push(jsonOf(one));
    expect(messages).toEqual([{ name: 'n' }, { name: 'n' }, { name: 'n' }]);
    const sent = Buffer.concat([delimited(messageOf({ name: 'a' })), delimited(messageOf({ text: 'b' }))]);
    const collected = await ask('/v1/collect?fields=name,text', post(new Uint8Array(sent), protobufType));
    expect(collected.text).toBe('{"name":"a","text":"b"}');
    expect((await ask('/v1/collect', post(new Uint8Array(sent.subarray(0, 6)), protobufType))).status).toBe(
      400,
    );
  });

  it('an error in mid-stream stands behind a length that no message has', async () => {
    const chunks: Buffer[] = [];
    await new Promise<void>((resolve) => {
      request(
        `${echo.url}/v1/stream?text=fail`,
        { headers: { accept: 'application/x-protobuf' } },
        (response) => {
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', () => resolve());
          response.on('end', () => resolve());
        },
      ).end();
    });
    const bytes = Buffer.concat(chunks);
    const first = delimited(messageOf({ text: 'fail' }));
    expect([...bytes.subarray(0, first.length)]).toEqual([...first]);
    expect([...bytes.subarray(first.length)]).toEqual([
      0xff,
      0xff,
      0xff,
      0xff,
      0x07,
      8,
      ...Buffer.from('\b\x0e\x12\x04gone'),
    ]);
  });
});

function delimited(message: Uint8Array): Uint8Array {
  return Uint8Array.of(message.length, ...message);
}

/** As protobuf-es reads a delimited stream. */
async function* sizeDelimitedDecode(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    for (let at = 0; at < chunk.length; ) {
      const length = chunk[at] ?? 0;
      yield chunk.subarray(at + 1, at + 1 + length);
      at += 1 + length;
    }
  }
}

describe('compression', () => {
  const long = 'x'.repeat(5000);
  const zstd = 'zstdDecompressSync' in zlib;

  /** The raw answer: fetch would undo the coding. */
  function rawAsk(
    path: string,
    headers: Record<string, string>,
    method = 'GET',
  ): Promise<{ headers: NodeJS.Dict<string | string[]>; bytes: Buffer }> {
    return new Promise((resolve, reject) => {
      const sent = request(`${echo.url}${path}`, { headers, method }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve({ headers: response.headers, bytes: Buffer.concat(chunks) }));
        response.on('error', reject);
      });
      sent.on('error', reject);
      sent.end();
    });
  }

  const decoders: Record<string, (bytes: Buffer) => Buffer> = {
    gzip: zlib.gunzipSync,
    br: zlib.brotliDecompressSync,
    ...(zstd
      ? { zstd: (zlib as unknown as Record<string, (bytes: Buffer) => Buffer>)['zstdDecompressSync'] }
      : {}),
  };

  it.each([
    ['gzip', 'gzip'],
    ['br', 'br'],
    ['gzip, deflate, br', 'br'],
    ['gzip;q=1, br;q=0.5', 'gzip'],
    ['x-gzip', 'gzip'],
    ['*', zstd ? 'zstd' : 'br'],
    ['zstd', zstd ? 'zstd' : undefined],
    ['identity', undefined],
    ['gzip;q=0', undefined],
    ['identity;q=1, gzip;q=0.5', undefined],
    ['compress', undefined],
    ['gzip;q=x', undefined],
    ['', undefined],
  ])('Accept-Encoding: %s → %s', async (acceptEncoding, coding) => {
    const answer = await rawAsk(`/v1/echo?text=${long}`, { 'accept-encoding': acceptEncoding });
    expect(answer.headers['content-encoding']).toBe(coding);
    expect(answer.headers['vary']).toContain('accept-encoding');
    expect(Number(answer.headers['content-length'])).toBe(answer.bytes.length);
    const plain = coding === undefined ? answer.bytes : (decoders[coding]?.(answer.bytes) ?? answer.bytes);
    expect(JSON.parse(plain.toString())).toEqual({ text: long });
    if (coding !== undefined) expect(answer.bytes.length).toBeLessThan(300);
  });

  it('not below the threshold, nor of an image', async () => {
    const headers = { 'accept-encoding': 'gzip' };
    expect((await rawAsk('/v1/echo?text=short', headers)).headers['content-encoding']).toBeUndefined();
    expect((await rawAsk('/v1/raw', headers)).headers['content-encoding']).toBeUndefined();
  });

  it('HEAD has the header fields of GET', async () => {
    const answer = await rawAsk(`/v1/echo?text=${long}`, { 'accept-encoding': 'gzip' }, 'HEAD');
    expect([answer.headers['content-encoding'], answer.bytes.length]).toEqual(['gzip', 0]);
  });

  it.each(Object.keys(decoders))('of a stream, each message readable when it is sent: %s', async (coding) => {
    const answer = await rawAsk('/v1/stream?name=n', { 'accept-encoding': coding });
    expect(answer.headers['content-encoding']).toBe(coding);
    expect(decoders[coding]?.(answer.bytes).toString()).toBe('{"name":"n"}\n'.repeat(3));
  });

  it.each([
    ['gzip', zlib.gzipSync],
    ['x-gzip', zlib.gzipSync],
    ['deflate', zlib.deflateSync],
    ['br', zlib.brotliCompressSync],
    ...(zstd
      ? [
          [
            'zstd',
            (zlib as unknown as Record<string, typeof zlib.gzipSync>)['zstdCompressSync'] ?? zlib.gzipSync,
          ] as const,
        ]
      : []),
  ] as const)('of requests: %s', async (coding, compress) => {
    const headers = { ...jsonType, 'content-encoding': coding };
    const body = new Uint8Array(compress('{"name":"n"}'));
    expect((await ask('/v1/echo', post(body, headers))).text).toBe('{"name":"n"}');
    const lines = new Uint8Array(compress('{"name":"a"}\n{"text":"b"}\n'));
    expect(JSON.parse((await ask('/v1/collect', post(lines, headers))).text)).toMatchObject({
      name: 'a',
      text: 'b',
    });
    expect((await ask('/v1/echo', post(body.subarray(0, body.length - 4), headers))).status).toBe(400);
    expect((await ask('/v1/echo', post('{"name":"n"}', headers))).status).toBe(400);
  });

  it('an unknown or a second coding is 415, and says what is accepted', async () => {
    for (const coding of ['compress', 'gzip, br']) {
      const answer = await ask('/v1/echo', post('{}', { ...jsonType, 'content-encoding': coding }));
      expect([answer.status, answer.headers.get('accept-encoding')]).toEqual([
        415,
        expect.stringContaining('gzip'),
      ]);
    }
  });

  it('a body that grows beyond the limit is 413', async () => {
    const bomb = new Uint8Array(zlib.gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20)));
    const answer = await ask('/v1/echo', post(bomb, { ...jsonType, 'content-encoding': 'gzip' }));
    expect(answer.status).toBe(413);
  });
});

describe('conditional requests', () => {
  it('an answer that may be stored has an ETag, and is not sent twice', async () => {
    const first = await ask('/v1/echo?name=cacheable');
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^W\/"[\w-]{22}"$/);
    for (const known of [etag, etag.replace('W/', ''), `"other", ${etag}`, '*']) {
      const again = await ask('/v1/echo?name=cacheable', { headers: { 'if-none-match': known } });
      expect([again.status, again.text]).toEqual([304, '']);
      expect(again.headers.get('etag')).toBe(etag);
      expect(again.headers.get('cache-control')).toBe('public, max-age=60');
      expect(again.headers.has('content-type')).toBe(false);
    }
    expect((await ask('/v1/echo?name=cacheable', { headers: { 'if-none-match': '"x"' } })).status).toBe(200);
    expect((await ask('/v1/echo?name=cacheable2', { headers: { 'if-none-match': etag } })).status).toBe(200);
  });

  it("the backend's own ETag is used as it is", async () => {
    expect((await ask('/v1/echo?name=tagged')).headers.get('etag')).toBe('"v1"');
    expect((await ask('/v1/echo?name=tagged', { headers: { 'if-none-match': 'W/"v1"' } })).status).toBe(304);
    expect(
      (await ask('/v1/echo?name=tagged', { method: 'HEAD', headers: { 'if-none-match': '"v1"' } })).status,
    ).toBe(304);
  });

  it('with a comma in it too', async () => {
    const ask304 = async (known: string): Promise<number> =>
      (await ask('/v1/echo?name=comma', { headers: { 'if-none-match': known } })).status;
    expect(await ask304('"a, b"')).toBe(304);
    expect(await ask304('"x", W/"a, b"')).toBe(304);
    expect(await ask304('"a", "b"')).toBe(200);
    expect(await ask304('"a"*')).toBe(200);
  });

  it('is weak where the answer is compressed, and of the 304 as well', async () => {
    const path = `/v1/echo?name=tagged&text=${'x'.repeat(5000)}`;
    const gzip = await ask(path, { headers: { 'accept-encoding': 'gzip' } });
    expect([gzip.headers.get('content-encoding'), gzip.headers.get('etag')]).toEqual(['gzip', 'W/"v1"']);
    const again = await ask(path, { headers: { 'accept-encoding': 'gzip', 'if-none-match': 'W/"v1"' } });
    expect([again.status, again.headers.get('etag')]).toEqual([304, 'W/"v1"']);
    const plain = await ask(path, { headers: { 'accept-encoding': 'identity' } });
    expect(plain.headers.get('etag')).toBe('"v1"');
  });

  it('what an answer depends on is said of errors too, so that caches do not mix them', async () => {
    expect((await ask('/v1/echo?name=n')).headers.get('vary')).toBe(
      'accept, accept-encoding, x-goog-fieldmask',
    );
    for (const path of ['/v1/echo?text=refused', '/v1/echo?nmae=n', '/v1/none']) {
      expect((await ask(path)).headers.get('vary')).toBe('accept, x-goog-api-client');
    }
    expect((await ask('/v1/echo', post('{"text":"refused"}'))).headers.has('vary')).toBe(false);
  });

  it.each(['/v1/echo?name=n', '/v1/echo?name=private'])('%s has none', async (path) => {
    const answer = await ask(path, { headers: { 'if-none-match': '*' } });
    expect([answer.status, answer.headers.has('etag')]).toEqual([200, false]);
  });

  it('only GET and HEAD are conditional', async () => {
    const answer = await ask('/v1/echo', post('{"name":"tagged"}', { ...jsonType, 'if-none-match': '"v1"' }));
    expect(answer.status).toBe(200);
  });
});

describe('X-HTTP-Method-Override', () => {
  const override = (method: string) => ({ method: 'POST', headers: { 'x-http-method-override': method } });

  it('is off by default', async () => {
    expect((await ask('/v1/child', override('GET'))).status).toBe(405);
  });

  it('counts for POST where it is on', async () => {
    const on = await startEchoGateway({ methodOverride: true });
    try {
      const status = async (path: string, init: RequestInit) =>
        (await fetch(`${on.url}${path}`, init)).status;
      // Caches on the way would have answered a GET.
      expect(await status('/v1/child', override('GET'))).toBe(400);
      expect(await status('/v1/echo', override('DELETE'))).toBe(200);
      expect(
        await status('/v1/things/1', {
          ...post('{}', { ...jsonType, 'x-http-method-override': 'PUT' }),
        }),
      ).toBe(200);
      expect(await status('/v1/child', override('POST'))).toBe(405);
      expect(await status('/v1/child', override('TRACE'))).toBe(400);
      expect(await status('/v1/child', override('get'))).toBe(400);
      expect(await status('/v1/child', { ...override('DELETE'), method: 'GET' })).toBe(200);
    } finally {
      await on.close();
    }
  });
});

describe('server-sent events', () => {
  it('carry retry and ids, and Last-Event-ID reaches the backend', async () => {
    const events = await ask('/v1/stream?size=7', { headers: { accept: 'text/event-stream' } });
    expect(events.text).toBe(
      `retry: 2000\n\n${'id: 7\ndata: {"size":"7"}\n\n'.repeat(3)}id: propylon-end\nevent: end\ndata: {}\n\n`,
    );
    const without = await ask('/v1/stream?name=n', { headers: { accept: 'text/event-stream' } });
    expect(without.text).toContain('id: 0\ndata: {"name":"n"}');
    calls.length = 0;
    await ask('/v1/echo', { headers: { 'last-event-id': '41' } });
    expect(calls[0]?.metadata.get('last-event-id')).toEqual(['41']);
  });

  it('a field that cannot be an id does not load', async () => {
    await expect(
      startEchoGateway({ sse: { eventIds: [{ selector: 't.T.ServerStream', field: 'child' }] } }),
    ).rejects.toThrow('EVENT_ID_INVALID');
  });
});

it('errors in mid-stream speak as the client reads them', async () => {
  const read = (headers: Record<string, string>) =>
    new Promise<string>((resolve) => {
      request(`${echo.url}/v1/stream?text=fail`, { headers }, (response) => {
        let all = '';
        response.on('data', (chunk: Buffer) => {
          all += chunk.toString();
        });
        response.on('close', () => resolve(all));
        response.on('error', () => undefined);
      }).end();
    });
  expect(await read({ accept: 'application/json' })).toBe(
    '[{"text":"fail"},{"error":{"code":14,"message":"gone"}}',
  );
  expect(await read({ accept: 'application/json', 'x-goog-api-client': 'gl-node/20' })).toBe(
    '[{"text":"fail"}',
  );
});
