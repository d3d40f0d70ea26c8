import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createGateway, type PropylonGateway } from '../../src/index.js';
import { compileProtos } from '../support/compile-protos.js';
import { type EchoBackend, startEchoBackend } from '../support/echo-backend.js';
import { httpAnnotations } from '../support/http-annotations.js';

/**
 * Whatever a client sends is answered by a 4xx status body that names the field or the position;
 * the backend is not called, and the process lives.
 */

const proto = `syntax = "proto3";
package bad.v1;
import "google/api/annotations.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";
service Bad {
  rpc Create(Item) returns (Item) { option (google.api.http) = { post: "/v1/items" body: "*" }; }
  rpc Update(UpdateRequest) returns (Item) { option (google.api.http) = { put: "/v1/{item.name=items/*}" body: "item" }; }
  rpc Get(GetRequest) returns (Item) { option (google.api.http) = { get: "/v1/{name=items/*}" }; }
}
message UpdateRequest { Item item = 1; bool dry_run = 2; }
message GetRequest { string name = 1; int32 depth = 2; repeated string tags = 3; Color color = 4; google.protobuf.Timestamp at = 5; Page page = 6; }
message Page { int32 size = 1; }
enum Color { COLOR_UNSPECIFIED = 0; RED = 1; }
message Item {
  string name = 1;
  int32 count = 2;
  int64 big = 3;
  bool flag = 4;
  bytes blob = 5;
  Color color = 6;
  repeated Item children = 7;
  map<string, int32> counts = 8;
  google.protobuf.Timestamp at = 9;
  google.protobuf.Struct extra = 10;
  oneof pick { string left = 11; string right = 12; }
  Item child = 13;
}
`;

interface Answer {
  readonly httpStatus: number;
  readonly contentType: string;
  readonly json: {
    readonly code?: number;
    readonly message?: string;
    readonly details?: readonly Record<string, unknown>[];
  };
  readonly text: string;
}

describe('bad input', () => {
  let backend: EchoBackend;
  let gateway: PropylonGateway;
  let listener: Awaited<ReturnType<PropylonGateway['listen']>>;

  beforeAll(async () => {
    backend = await startEchoBackend(['/bad.v1.Bad/Create', '/bad.v1.Bad/Update', '/bad.v1.Bad/Get']);
    const image = compileProtos({ ...httpAnnotations(), 'bad.proto': proto });
    gateway = await createGateway({
      sources: [{ label: 'test', load: async () => image }],
      backends: [{ selector: '*', target: backend.target }],
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

  async function send(
    httpMethod: string,
    path: string,
    body?: string | Uint8Array,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(`http://127.0.0.1:${listener.port}${path}`, {
      method: httpMethod,
      ...(body === undefined
        ? {}
        : { body: Buffer.from(body), headers: { 'content-type': 'application/json', ...headers } }),
      ...(body === undefined ? { headers } : {}),
    });
    const text = await response.text();
    return {
      httpStatus: response.status,
      contentType: response.headers.get('content-type') ?? '',
      json: JSON.parse(text),
      text,
    };
  }

  /** A request as raw bytes, for what no HTTP client would send; the whole answer as text. */
  async function raw(bytes: string | Buffer): Promise<string> {
    const socket = connect(listener.port, '127.0.0.1');
    await once(socket, 'connect');
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.write(bytes);
    await once(socket, 'close');
    return text;
  }

  function expectRefused(answer: Answer, httpStatus: number, mention: RegExp | string): void {
    expect(answer.httpStatus, answer.text).toBe(httpStatus);
    expect(answer.contentType).toMatch(/^application\/json/);
    expect(answer.json.code).toBeTypeOf('number');
    expect(answer.text).toMatch(mention);
    expect(answer.text).not.toMatch(/127\.0\.0\.1|\bat .*\.[jt]s|node_modules/);
    expect(answer.json.details?.at(-1)).toMatchObject({
      '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
      domain: 'propylon',
    });
    expect(backend.calls).toEqual([]);
  }

  const deep = (depth: number, open: string, close: string, middle: string): string =>
    open.repeat(depth) + middle + close.repeat(depth);

  describe.each<[string, string, RegExp]>([
    ['nothing but an opening brace', '{', /line 1|column|position|end/i],
    ['a trailing comma', '{"name":"a",}', /column|position/i],
    ['a missing colon', '{"name" "a"}', /column|position/i],
    ['text after the value', '{"name":"a"} x', /column|position/i],
    ['single quotes', "{'name':'a'}", /column|position/i],
    ['NaN as a literal', '{"count":NaN}', /column|position/i],
    ['a leading zero', '{"count":01}', /column|position/i],
    ['a raw line break in a string', '{"name":"a\nb"}', /line|column|position/i],
    ['an unknown escape', '{"name":"\\x41"}', /column|position/i],
    ['a lone high surrogate', '{"name":"\\ud800"}', /surrogate|column|position/i],
    ['a byte order mark', '\ufeff{}', /byte order mark|column|position/i],
    ['a key given twice', '{"name":"a","name":"b"}', /name/],
    ['top-level null', 'null', /object/],
    ['a top-level array', '[]', /object/],
    ['a top-level string', '"a"', /object/],
    ['an unknown field', '{"nmae":"a"}', /nmae.*name/s],
    ['an unknown field inside a list', '{"children":[{},{"cuont":1}]}', /children\[1\]\.cuont/],
    ['a string where a number belongs', '{"count":"x"}', /count/],
    ['a fraction where an integer belongs', '{"count":1.5}', /count/],
    ['an integer out of range', '{"count":2147483648}', /count/],
    ['a 64-bit integer out of range', '{"big":"9223372036854775808"}', /big/],
    ['a string where a bool belongs', '{"flag":"true"}', /flag/],
    ['an object where a string belongs', '{"name":{}}', /name/],
    ['a value where a list belongs', '{"children":{}}', /children/],
    ['null in a list', '{"children":[null]}', /children/],
    ['null in a map', '{"counts":{"a":null}}', /counts/],
    ['a map value of the wrong type', '{"counts":{"a":"b"}}', /counts/],
    ['bytes that are not base64', '{"blob":"!"}', /blob/],
    ['an unknown enum name', '{"color":"MAUVE"}', /color/],
    ['a malformed timestamp', '{"at":"yesterday"}', /at/],
    ['a timestamp out of range', '{"at":"0000-01-01T00:00:00Z"}', /at/],
    ['two members of one oneof', '{"left":"a","right":"b"}', /left|right|pick/],
    ['both names of one field', '{"at":null,"child":{"at":"2020-01-01T00:00:00Z","at":null}}', /at/],
    ['messages nested too deep', deep(200, '{"child":', '}', '{}'), /deep|nest/i],
    ['lists nested a million deep', deep(1_000_000, '[', ']', ''), /deep|nest|object/i],
    ['a struct nested too deep', `{"extra":{"a":${deep(200, '[', ']', '')}}}`, /deep|nest/i],
  ])('in a body: %s', (_, body, mention) => {
    it('is a 400 that names it', async () => {
      expectRefused(await send('POST', '/v1/items', body), 400, mention);
    });
  });

  it('invalid UTF-8 in a body is a 400', async () => {
    const body = Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
    expectRefused(await send('POST', '/v1/items', body), 400, /UTF-8/);
  });

  it.each<[string, string, string, number, RegExp]>([
    ['an unknown query parameter, with the nearest name', 'GET', '/v1/items/a?dpeth=1', 400, /dpeth.*depth/s],
    ['a malformed value', 'GET', '/v1/items/a?depth=x', 400, /depth/],
    ['a singular parameter given twice', 'GET', '/v1/items/a?depth=1&depth=2', 400, /depth/],
    ['both spellings of one parameter', 'GET', '/v1/items/a?page.size=1&page%2Esize=2', 400, /page\.size/],
    ['a path-bound field in the query', 'GET', '/v1/items/a?name=items/b', 400, /name/],
    ['a whole message in the query', 'GET', '/v1/items/a?page=x', 400, /page/],
    ['an unknown enum name in the query', 'GET', '/v1/items/a?color=MAUVE', 400, /color/],
    ['an unquoted timestamp that is none', 'GET', '/v1/items/a?at=now', 400, /at/],
    ['a malformed escape in the query', 'GET', '/v1/items/a?tags=%zz', 400, /%|escape|encod/i],
    ['invalid UTF-8 in the query', 'GET', '/v1/items/a?tags=%ff', 400, /UTF-8/],
    ['an unknown system parameter', 'GET', '/v1/items/a?$nope=1', 400, /\$nope/],
    ['a prototype name', 'GET', '/v1/items/a?__proto__.x=1', 400, /__proto__/],
    ['a malformed escape in the path', 'GET', '/v1/items/%zz', 400, /path|escape|%/i],
    ['a truncated escape in the path', 'GET', '/v1/items/a%2', 400, /path|escape|%/i],
    ['invalid UTF-8 in the path', 'GET', '/v1/items/%ff', 400, /UTF-8/],
    ['NUL in the path', 'GET', '/v1/items/a%00', 400, /path|NUL|%00/i],
    ['dot segments, encoded', 'GET', '/v1/items/%2e%2e', 400, /path|segment/i],
    ['an unknown path', 'GET', '/v1/nothing', 404, /route|path/i],
    ['a doubled slash', 'GET', '/v1//items/a', 404, /route|path/i],
    ['a trailing slash', 'GET', '/v1/items/a/', 404, /route|path/i],
    ['a known path with another HTTP method', 'DELETE', '/v1/items/a', 405, /only for GET/],
  ])('%s', async (_, httpMethod, path, httpStatus, mention) => {
    expectRefused(await raw1(httpMethod, path), httpStatus, mention);
  });

  /** fetch normalises `%2e%2e`, so paths go out raw. */
  async function raw1(httpMethod: string, path: string): Promise<Answer> {
    const text = await raw(`${httpMethod} ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
    const [head = '', ...rest] = text.split('\r\n\r\n');
    const body = rest.join('\r\n\r\n');
    return {
      httpStatus: Number(head.slice(9, 12)),
      contentType: /content-type: (.*)/i.exec(head)?.[1] ?? '',
      json: JSON.parse(body),
      text: body,
    };
  }

  it('a body where the rule declares none is a 400', async () => {
    expectRefused(await raw1WithBody('GET', '/v1/items/a', '{}'), 400, /body/i);
  });

  async function raw1WithBody(httpMethod: string, path: string, body: string): Promise<Answer> {
    const text = await raw(
      `${httpMethod} ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    const [head = '', answer = ''] = text.split('\r\n\r\n');
    return {
      httpStatus: Number(head.slice(9, 12)),
      contentType: /content-type: (.*)/i.exec(head)?.[1] ?? '',
      json: JSON.parse(answer),
      text: answer,
    };
  }

  it('a body that contradicts the path is a 400, in both spellings and nested', async () => {
    expectRefused(await send('PUT', '/v1/items/mine', '{"name":"items/other"}'), 400, /name/);
    const agreed = await send('PUT', '/v1/items/mine', '{"name":"items/mine"}');
    expect(agreed.httpStatus, agreed.text).toBe(200);
  });

  it('a query parameter beside `body: "*"` is a 400', async () => {
    expectRefused(await send('POST', '/v1/items?count=1', '{}'), 400, /count/);
  });

  it.each([
    ['text/plain', 415],
    ['application/xml', 415],
    ['application/json; charset=latin1', 415],
    ['application/json; charset=utf-8', 200],
    ['application/merge-patch+json', 200],
  ])('a body of content type %s is answered with %i', async (contentType, httpStatus) => {
    const answer = await send('POST', '/v1/items', '{}', { 'content-type': contentType });
    expect(answer.httpStatus, answer.text).toBe(httpStatus);
  });

  it('an Accept that cannot be met is a 406', async () => {
    const answer = await send('GET', '/v1/items/a', undefined, { accept: 'image/png' });
    expectRefused(answer, 406, /accept|media/i);
  });

  it('a body over the limit is a 413, before it was sent whole', async () => {
    const text = await raw(
      `POST /v1/items HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99999999\r\n\r\n{`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
    expect(text).toContain('"reason":"BODY_TOO_LARGE"');
    expect(backend.calls).toEqual([]);
  });

  it('a chunked body over the limit is a 413', async () => {
    expectRefused(await send('POST', '/v1/items', `{"name":"${'a'.repeat(5 * 1024 * 1024)}"}`), 413, /large/);
  });

  it.each<[string, string, number]>([
    [
      'a header field of 20 KiB',
      `GET /v1/items/a HTTP/1.1\r\nhost: x\r\nx-a: ${'a'.repeat(20_000)}\r\n\r\n`,
      431,
    ],
    ['a request line of 20 KiB', `GET /v1/items/${'a'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`, 431],
    [
      '300 header fields',
      `GET /v1/items/a HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${'x-a: 1\r\n'.repeat(300)}\r\n`,
      431,
    ],
    ['a request that is not HTTP', 'hello\r\n\r\n', 400],
    ['a header name with a space', 'GET /v1/items/a HTTP/1.1\r\nhost: x\r\nx a: 1\r\n\r\n', 400],
    [
      'two different content lengths',
      'POST /v1/items HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}',
      400,
    ],
    [
      'content length beside chunks',
      'POST /v1/items HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    [
      'a malformed timeout',
      'GET /v1/items/a HTTP/1.1\r\nhost: x\r\nconnection: close\r\ngrpc-timeout: -5S\r\n\r\n',
      400,
    ],
    [
      'two authorizations',
      'GET /v1/items/a HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: a\r\nauthorization: b\r\n\r\n',
      400,
    ],
    [
      'raw bytes outside ASCII in the path',
      'GET /v1/items/\xc3\xa4 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
      400,
    ],
    ['a fragment in the target', 'GET /v1/items/a#b HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n', 400],
  ])('%s is answered with a status body', async (_, bytes, httpStatus) => {
    const text = await raw(Buffer.from(bytes, 'latin1'));
    expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${httpStatus} `));
    expect(text).toMatch(/content-type: application\/json/i);
    expect(JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4))).toMatchObject({
      code: expect.any(Number),
      message: expect.any(String),
    });
    expect(backend.calls).toEqual([]);
  });

  it('and after all that, the next request is served', async () => {
    const answer = await send('GET', '/v1/items/a');
    expect(answer.httpStatus).toBe(200);
    expect(answer.json).toEqual({ name: 'items/a' });
    expect(backend.calls).toHaveLength(1);
  });
});
