import * as zlib from 'node:zlib';
import { Metadata, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ErrorForm } from '../../src/surface/index.js';
import { type EchoGateway, messageOf, startEchoGateway } from '../support/echo-gateway.js';
import { sendRaw } from '../support/raw-http.js';

/** What clients read when something is wrong, over real sockets. */

/** google.rpc.Status of code 5 with one detail. */
function statusDetails(typeUrl: string, value: Uint8Array): Buffer {
  const any = lenField(3, Buffer.concat([lenField(1, Buffer.from(typeUrl)), lenField(2, value)]));
  return Buffer.concat([Buffer.of(8, 5), lenField(2, Buffer.from('gone')), any]);
}

function lenField(number: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(number * 8 + 2, content.length), content]);
}

const prefix = 'type.googleapis.com/';
const badRequest = Buffer.from('\x0a\x0a\x0a\x04text\x12\x02no', 'latin1');
/** What the backend says of itself, by the text of the request. */
const details: Readonly<Record<string, Buffer>> = {
  known: statusDetails(`${prefix}google.rpc.BadRequest`, badRequest),
  own: statusDetails(`${prefix}t.M`, messageOf({ name: 'n', size: '5' })),
  stranger: statusDetails(`${prefix}acme.v1.Nobody`, Buffer.of(1, 2, 255)),
  broken: statusDetails(`${prefix}google.rpc.BadRequest`, Buffer.of(255)),
  cut: statusDetails(`${prefix}google.rpc.BadRequest`, badRequest).subarray(0, 20),
  // Its own code is 5, that of the trailer 7.
  other: statusDetails(`${prefix}google.rpc.BadRequest`, badRequest),
};

async function start(errors?: ErrorForm): Promise<EchoGateway> {
  return startEchoGateway(
    { limits: { requestBodyBytesMax: 1000, responseMessageBytesMax: 1000 }, ...(errors && { errors }) },
    {
      Unary(call, callback) {
        const [name] = Object.keys(details).filter((key) => call.request.includes(key));
        if (call.request.includes('huge')) callback(null, Buffer.alloc(2000));
        else if (call.request.includes('nonsense')) callback(null, Buffer.of(0x0a, 0x02, 0xc3, 0x28));
        else if (name === undefined) callback(null, call.request);
        else {
          const metadata = new Metadata();
          metadata.set('grpc-status-details-bin', details[name] ?? Buffer.alloc(0));
          const code = name === 'other' ? status.PERMISSION_DENIED : status.NOT_FOUND;
          callback({ code, details: 'gone', metadata });
        }
      },
    },
  );
}

let echo: EchoGateway;
beforeAll(async () => {
  echo = await start();
});
afterAll(() => echo?.close());

const json = { 'content-type': 'application/json' };

async function ask(
  request: string,
  body?: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
) {
  const [method = '', path = ''] = request.split(' ');
  const answer = await fetch(`${echo.url}${path}`, {
    method,
    body: body ?? null,
    headers: { ...(body === undefined ? {} : json), ...headers },
  });
  return { status: answer.status, text: await answer.text() };
}

describe('an error of the gateway has an HTTP status, a code, a reason, and names the field', () => {
  const bomb = new Uint8Array(zlib.gzipSync(Buffer.alloc(10_000, 0x20)));
  it.each<
    [
      string,
      string | Uint8Array<ArrayBuffer> | undefined,
      Record<string, string>,
      number,
      number,
      string,
      string?,
    ]
  >([
    ['GET /nowhere', undefined, {}, 404, 5, 'ROUTE_UNKNOWN'],
    ['PATCH /v1/echo', undefined, {}, 405, 12, 'HTTP_METHOD_UNKNOWN'],
    ['PUT /v1/things/%ff', '{}', {}, 400, 3, 'PATH_ENCODING', 'name'],
    ['GET /v1/echo?nope=1', undefined, {}, 400, 3, 'QUERY_PARAMETER_UNKNOWN', 'nope'],
    ['GET /v1/echo?size=1&size=2', undefined, {}, 400, 3, 'QUERY_PARAMETER_REPEATED', 'size'],
    ['GET /v1/echo?size=x', undefined, {}, 400, 3, 'QUERY_VALUE', 'size'],
    ['GET /v1/echo?name=%zz', undefined, {}, 400, 3, 'QUERY_MALFORMED', 'name'],
    ['POST /v1/echo', '{', {}, 400, 3, 'BODY_MALFORMED'],
    ['POST /v1/echo', '{"child":{"size":"x"}}', {}, 400, 3, 'BODY_FIELD', 'child.size'],
    ['PUT /v1/nested/things/1', '{"size":"x"}', {}, 400, 3, 'BODY_FIELD', 'child.size'],
    ['PUT /v1/things/1', '{"name":"x"}', {}, 400, 3, 'BODY_PATH_CONFLICT', 'name'],
    ['DELETE /v1/echo', '{}', {}, 400, 3, 'BODY_UNEXPECTED'],
    ['POST /v1/echo', `{"child":${'{"child":'.repeat(80)}{}${'}'.repeat(81)}`, {}, 200, 0, ''],
    ['POST /v1/echo', `${'{"child":'.repeat(105)}`, {}, 400, 3, 'BODY_TOO_DEEP'],
    ['POST /v1/echo', 'x'.repeat(1001), {}, 413, 8, 'BODY_TOO_LARGE'],
    ['POST /v1/echo', bomb, { 'content-encoding': 'gzip' }, 413, 8, 'BODY_TOO_LARGE'],
    ['POST /v1/echo', '{}', { 'content-encoding': 'gzip' }, 400, 3, 'BODY_MALFORMED'],
    ['POST /v1/echo', '{}', { 'content-encoding': 'lzma' }, 415, 3, 'MEDIA_TYPE_UNSUPPORTED'],
    ['POST /v1/echo', '{}', { 'content-type': 'text/csv' }, 415, 3, 'MEDIA_TYPE_UNSUPPORTED'],
    ['GET /v1/echo', undefined, { accept: 'image/png' }, 406, 3, 'NOT_ACCEPTABLE'],
    ['GET /v1/echo?$alt=media', undefined, {}, 406, 3, 'NOT_ACCEPTABLE'],
    ['GET /v1/echo', undefined, { 'grpc-timeout': '5' }, 400, 3, 'TIMEOUT_MALFORMED'],
    ['GET /v1/echo?text=huge', undefined, {}, 502, 8, 'UPSTREAM_MESSAGE_TOO_LARGE'],
    ['GET /v1/echo?text=nonsense', undefined, {}, 500, 13, 'RESPONSE_UNREPRESENTABLE'],
  ])('%s %j %j → %i, %i %s %s', async (request, body, headers, httpStatus, code, reason, field) => {
    const answer = await ask(request, body, headers);
    expect(answer.status, answer.text).toBe(httpStatus);
    if (httpStatus === 200) return;
    const error: { code: number; details: Record<string, unknown>[] } = JSON.parse(answer.text);
    const infos = error.details.filter(({ domain }) => domain === 'propylon');
    expect([error.code, infos.map((info) => info['reason'])]).toEqual([code, [reason]]);
    const violations = error.details.flatMap(
      (detail) => (detail['fieldViolations'] as { field: string }[]) ?? [],
    );
    expect(violations.map((violation) => violation.field)).toEqual(field === undefined ? [] : [field]);
    if (code === 13) expect(error.details.at(-1)).toMatchObject({ requestId: expect.any(String) });
  });
});

describe('details of a backend', () => {
  const gone = { code: 5, message: 'gone' };
  it.each<[string, object]>([
    [
      'known',
      {
        ...gone,
        details: [
          {
            '@type': `${prefix}google.rpc.BadRequest`,
            fieldViolations: [{ field: 'text', description: 'no' }],
          },
        ],
      },
    ],
    ['own', { ...gone, details: [{ '@type': `${prefix}t.M`, name: 'n', size: '5' }] }],
    ['stranger', { ...gone, details: [{ '@type': `${prefix}acme.v1.Nobody`, value: 'AQL/' }] }],
    ['broken', { ...gone, details: [{ '@type': `${prefix}google.rpc.BadRequest`, value: '/w==' }] }],
    ['cut', gone],
  ])('%s: code and message are never lost over them, in any form', async (text, expected) => {
    const body = JSON.stringify({ text });
    const bare = await ask('POST /v1/echo', body);
    expect([bare.status, JSON.parse(bare.text)]).toEqual([404, expected]);
    const { details: printed } = expected as { details?: unknown };
    const envelope = JSON.parse((await ask('POST /v1/echo', body, { 'x-goog-api-client': 'gax' })).text);
    expect(envelope).toEqual({
      error: {
        code: 404,
        message: 'gone',
        status: 'NOT_FOUND',
        ...(printed === undefined ? {} : { details: printed }),
      },
    });
    const problem = JSON.parse(
      (await ask('POST /v1/echo', body, { accept: 'application/problem+json' })).text,
    );
    expect(problem).toMatchObject({ status: 404, detail: 'gone', code: 'NOT_FOUND' });
    expect(problem.details).toEqual(printed);
    const both = await ask('GET /v1/echo?name=n', undefined, { accept: 'application/problem+json' });
    expect([both.status, both.text]).toEqual([200, '{"name":"n"}']);
    const binary = await ask('POST /v1/echo', body, { accept: 'application/x-protobuf' });
    expect(binary.text).toMatch(/^\x08\x05\x12\x04gone/);
  });

  it('with another code than the trailer: the trailer decides', async () => {
    const answer = await ask('POST /v1/echo', '{"text":"other"}');
    expect([answer.status, JSON.parse(answer.text).code]).toEqual([403, 7]);
  });
});

describe('what is no request is refused in the same form', () => {
  const rows = [
    ['status', /"code":\d+,"message"/],
    ['envelope', /\{"error":\{"code":4\d\d,/],
    ['problem', /"type":"about:blank","title"/],
  ] as const;
  it.each(rows)('%s', async (form, pattern) => {
    const other = await start(form);
    try {
      for (const bytes of [
        'hello\r\n\r\n',
        `GET / HTTP/1.1\r\nhost: x\r\nx-a: ${'a'.repeat(20_000)}\r\n\r\n`,
        `GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${'x-a: 1\r\n'.repeat(300)}\r\n`,
        'GET / HTTP/1.1\r\nconnection: close\r\n\r\n',
      ]) {
        const answer = await sendRaw(other.port, bytes);
        expect(answer.text).toMatch(pattern);
        expect(answer.text).toMatch(
          form === 'problem'
            ? /content-type: application\/problem\+json/i
            : /content-type: application\/json/i,
        );
        expect(answer.text).toMatch(/x-request-id: [\w-]{36}/i);
        expect(answer.closed).toBe(true);
      }
    } finally {
      await other.close();
    }
  });
});
