import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type EchoGateway, messageOf, startEchoGateway } from '../support/echo-gateway.js';
import { gateSettings } from '../support/gate-settings.js';

/** Bounds of single methods, and everything a client might make too large, too deep or too slow. */

const open = { authentication: { mode: 'none' } } as const;
const json = { 'content-type': 'application/json' };

async function refusalOf(answer: Promise<Response>): Promise<[number, string]> {
  const response = await answer;
  const { details = [] } = (await response.json()) as { details?: { reason: string }[] };
  return [response.status, details.map(({ reason }) => reason).join()];
}

describe('requestBytesMax', () => {
  let echo: EchoGateway;
  beforeAll(async () => {
    echo = await startEchoGateway({
      limits: { requestBodyBytesMax: 1_000 },
      ...gateSettings({
        't.T': { ...open, requestBytesMax: 100 },
        't.T.ServerStream': { requestBytesMax: 1_000_000 },
      }),
    });
  });
  afterAll(() => echo?.close());

  const text = (length: number): string => JSON.stringify({ text: 'x'.repeat(length - 11) });
  const post = (path: string, body: RequestInit['body'], headers: Record<string, string> = json) =>
    fetch(`${echo.url}${path}`, {
      method: 'POST',
      body: body ?? null,
      headers,
      duplex: 'half',
    } as RequestInit);
  const chunked = (...pieces: (string | Uint8Array)[]): ReadableStream<Uint8Array> =>
    new ReadableStream({
      start(controller) {
        for (const piece of pieces) controller.enqueue(Buffer.from(piece));
        controller.close();
      },
    });

  it.each([
    [100, 200],
    [101, 413],
  ])('bounds a body: %d bytes are %d', async (length, httpStatus) => {
    expect((await post('/v1/echo', text(length))).status).toBe(httpStatus);
    expect((await post('/v1/echo', chunked(text(length)))).status).toBe(httpStatus);
    const session = connectHttp2(echo.url);
    const stream = session.request({ ':method': 'POST', ':path': '/v1/echo', ...json });
    stream.end(text(length));
    const [headers] = await once(stream, 'response');
    expect(headers[':status']).toBe(httpStatus);
    session.destroy();
  });

  it('says so in a status, before the body has come', async () => {
    expect(await refusalOf(post('/v1/echo', text(101)))).toEqual([413, 'BODY_TOO_LARGE']);
    const socket = connect(echo.port, '127.0.0.1');
    socket.write('POST /v1/echo HTTP/1.1\r\nhost: a\r\ncontent-length: 101\r\n\r\n');
    const [head] = await once(socket, 'data');
    expect(String(head)).toMatch(/^HTTP\/1\.1 413 /);
    socket.destroy();
  });

  it('bounds what a compressed body grows to', async () => {
    const packed = gzipSync(text(900));
    expect(packed.length).toBeLessThan(100);
    const headers = { ...json, 'content-encoding': 'gzip' };
    expect((await post('/v1/echo', packed, headers)).status).toBe(413);
    expect((await post('/v1/echo', gzipSync(text(100)), headers)).status).toBe(200);
  });

  it.each([
    ['application/x-ndjson', (length: number) => `${text(length)}\n`],
    ['application/json', (length: number) => text(length)],
    [
      'application/x-protobuf',
      (length: number) => Buffer.concat([Buffer.from([length]), messageOf({ text: 'x'.repeat(length - 2) })]),
    ],
  ])('bounds each message of a stream, not the stream: %s', async (type, message) => {
    const headers = { 'content-type': type, accept: 'application/json' };
    const many = Array.from({ length: 50 }, () => message(100));
    expect((await post('/v1/collect', chunked(...many), headers)).status).toBe(200);
    expect((await post('/v1/collect', chunked(...many, message(101)), headers)).status).toBe(413);
  });

  it('bounds each message of a WebSocket', async () => {
    const socket = new WebSocket(`${echo.url.replace('http', 'ws')}/v1/talk/ann`);
    await once(socket, 'open');
    const closed = once(socket, 'close');
    socket.send(text(100));
    await once(socket, 'message');
    socket.send(text(101));
    expect((await closed)[0]).toBe(1009);
  });

  it('is never more than the bound for all methods', async () => {
    expect((await post('/v1/stream', text(1_000))).status).toBe(200);
    expect((await post('/v1/stream', text(1_001))).status).toBe(413);
  });
});

describe('timeout', () => {
  let echo: EchoGateway;
  /** What the backend was given, in milliseconds. */
  const given: number[] = [];
  beforeAll(async () => {
    const note = (deadline: Date | number): void => void given.push(Number(deadline) - Date.now());
    echo = await startEchoGateway(
      {
        limits: { unaryTimeoutMs: 20_000 },
        timeouts: [{ selector: 't.T.Ping', timeoutMs: 30_000 }],
        ...gateSettings({
          't.T': { ...open, timeout: '10s' },
          't.T.ServerStream': { timeout: '0s' },
        }),
      },
      {
        Unary(call, callback) {
          note(call.getDeadline());
          callback(null, call.request);
        },
        Ping(call, callback) {
          note(call.getDeadline());
          callback(null, Buffer.alloc(0));
        },
        ServerStream(call) {
          note(call.getDeadline());
          call.end();
        },
      },
    );
  });
  afterAll(() => echo?.close());

  it.each([
    ['the policy', '/v1/echo', {}, 10_000],
    ['the client, where it wants less', '/v1/echo', { 'grpc-timeout': '5S' }, 5_000],
    ['the policy, where the client wants more', '/v1/echo', { 'grpc-timeout': '1H' }, 10_000],
    ['the policy, where the client says so otherwise', '/v1/echo', { 'x-server-timeout': '60' }, 10_000],
    ['timeouts of the operator, over the policy', '/v1/raw', {}, 30_000],
    ['nobody, where 0s takes it back', '/v1/stream', {}, 86_400_000],
  ])('is the word of %s', async (_who, path, headers, timeoutMs) => {
    given.length = 0;
    await fetch(`${echo.url}${path}`, { headers });
    expect(given).toHaveLength(1);
    expect(given[0]).toBeLessThanOrEqual(timeoutMs);
    expect(given[0]).toBeGreaterThan(timeoutMs - 4_000);
  });
});

describe('every bound on what a client sends', () => {
  let echo: EchoGateway;
  let calls = 0;
  beforeAll(async () => {
    echo = await startEchoGateway(
      {
        limits: {
          requestHeadTimeoutMs: 200,
          requestBodyIdleTimeoutMs: 500,
          requestBodyTimeoutMs: 600,
          nestingDepthMax: 20,
          queryParametersMax: 10,
          queryNameBytesMax: 50,
          queryDepthMax: 5,
          requestHeadersMax: 50,
        },
      },
      {
        Unary(call, callback) {
          calls++;
          callback(null, call.request);
        },
      },
    );
  });
  afterAll(() => {
    expect(calls).toBe(0);
    return echo?.close();
  });

  const get = (query: string): string => `GET /v1/echo?${query} HTTP/1.1\r\nhost: a\r\n\r\n`;
  const post = (body: string): string =>
    `POST /v1/echo HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const nested = (depth: number): string => '{"child":'.repeat(depth) + '{}'.padEnd(depth + 2, '}');

  it.each([
    ['a long URL', get(`text=${'a'.repeat(20_000)}`), 431],
    ['a long header field', `GET /v1/echo HTTP/1.1\r\nhost: a\r\nx-a: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    ['many header fields', `GET /v1/echo HTTP/1.1\r\nhost: a\r\n${'x-a: 1\r\n'.repeat(60)}\r\n`, 431],
    ['many parameters', get('numbers=1&'.repeat(11)), 400],
    ['a long name of a parameter', get(`${'a'.repeat(51)}=1`), 400],
    ['a deep name of a parameter', get(`${'child.'.repeat(6)}text=1`), 400],
    ['a deep body', post(nested(30)), 400],
    ['a large body', 'POST /v1/echo HTTP/1.1\r\nhost: a\r\ncontent-length: 5000000\r\n\r\n', 413],
    ['no end of the head', 'GET /v1/echo HTTP/1.1\r\nhost: a\r\n', 408],
    ['nothing', '', 408],
    [
      'no end of the body',
      'POST /v1/echo HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
      408,
    ],
  ])('%s is refused', async (_what, bytes, httpStatus) => {
    const socket = connect(echo.port, '127.0.0.1');
    if (bytes !== '') socket.write(bytes);
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(new RegExp(`^HTTP/1\\.1 ${httpStatus} `));
    socket.destroy();
  });

  it.each([
    ['a head', 'GET /v1/echo HTTP/1.1\r\n', 'x'],
    [
      'a body',
      'POST /v1/echo HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{',
      ' ',
    ],
  ])('%s that comes byte by byte is refused, although it never stops', async (_what, begin, byte) => {
    const socket = connect(echo.port, '127.0.0.1');
    socket.write(begin);
    const drip = setInterval(() => socket.write(byte), 20);
    const [answer] = await once(socket, 'data');
    clearInterval(drip);
    expect(String(answer)).toMatch(/^HTTP\/1\.1 408 /);
    socket.destroy();
  });
});
