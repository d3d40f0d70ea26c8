import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, type RequestOptions, request } from 'node:http';
import { type ClientHttp2Stream, connect, constants } from 'node:http2';
import { connect as connectTcp, type Socket } from 'node:net';
import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { type ServerWritableStream, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type EchoGateway, echoHandlers, messageOf, startEchoGateway } from '../support/echo-gateway.js';

/** What holds for streams of any kind: how they begin, are read, and end before their time. */

const stallTimeoutMs = 300;

let echo: EchoGateway;
/** Calls that the backend has begun, and those that were cancelled. */
let begun = 0;
let cancelled = 0;
let streams: ServerWritableStream<Buffer, Buffer>[] = [];

beforeAll(async () => {
  const watch = (call: { on(event: 'cancelled', act: () => void): unknown }): void => {
    begun++;
    call.on('cancelled', () => {
      cancelled++;
    });
  };
  echo = await startEchoGateway(
    { limits: { streamIdleTimeoutMs: stallTimeoutMs, streamHeadersFlushMs: 50, drainTimeoutMs: 50 } },
    {
      Unary(call, callback) {
        watch(call);
        if (call.request.includes('late')) {
          setTimeout(() => callback(null, call.request), 3 * stallTimeoutMs);
        }
        if (call.request.includes('large')) {
          callback(null, Buffer.from(messageOf({ text: 'x'.repeat(2_000_000) })));
        }
      },
      ServerStream(call) {
        watch(call);
        streams.push(call);
        call.on('error', () => undefined);
      },
      Download(call) {
        watch(call);
        streams.push(call);
        call.on('error', () => undefined);
      },
      ClientStream(call, callback) {
        watch(call);
        call.on('error', () => undefined);
        call.once('data', (message: Buffer) => {
          if (message.includes('enough')) callback(null, message);
        });
      },
      Bidi(call) {
        watch(call);
        echoHandlers.Bidi?.(call);
      },
    },
  );
});
afterAll(() => echo?.close());
beforeEach(() => {
  begun = 0;
  cancelled = 0;
  streams = [];
});

function ask(path: string, options: RequestOptions = {}): ClientRequest {
  const sent = request(`${echo.url}${path}`, { agent: false, ...options });
  sent.on('error', () => undefined);
  return sent;
}

async function answerOf(sent: ClientRequest): Promise<IncomingMessage> {
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.on('error', () => undefined);
  return response;
}

const sized = (size: number): Buffer => Buffer.from(messageOf({ size: String(size) }));

/** The call that the backend gets next. */
async function nextStream(): Promise<ServerWritableStream<Buffer, Buffer>> {
  await expect.poll(() => streams.length).toBe(1);
  const [stream] = streams;
  if (stream === undefined) throw new Error('no call');
  return stream;
}

describe('a client that goes cancels the call at the backend', () => {
  const formats = ['application/x-ndjson', 'application/json', 'text/event-stream', 'application/x-protobuf'];

  it.each([
    ['a unary call', '/v1/echo', 'GET', {}],
    ['an upload', '/v1/collect', 'POST', {}],
    ['a silent stream', '/v1/stream', 'GET', {}],
    ['a silent download', '/v1/download', 'GET', {}],
  ])('before the answer: %s', async (_name, path, method, headers) => {
    const sent = ask(path, { method, headers });
    if (method === 'POST') sent.write('{}\n{}\n');
    else sent.end();
    await expect.poll(() => begun).toBe(1);
    sent.destroy();
    await expect.poll(() => cancelled).toBe(1);
  });

  it.each(formats)('in the middle of a stream: %s', async (accept) => {
    const sent = ask('/v1/stream', { headers: { accept } });
    sent.end();
    (await nextStream()).write(sized(1));
    const response = await answerOf(sent);
    await once(response, 'data');
    response.destroy();
    await expect.poll(() => cancelled).toBe(1);
  });

  it('in the middle of both directions', async () => {
    const sent = ask('/v1/talk/x', { method: 'POST' });
    sent.write('{}\n');
    const response = await answerOf(sent);
    await once(response, 'data');
    sent.destroy();
    await expect.poll(() => cancelled).toBe(1);
  });

  it.each([
    ['/v1/echo', 'GET'],
    ['/v1/stream', 'GET'],
    ['/v1/collect', 'POST'],
    ['/v1/talk/x', 'POST'],
  ])('over HTTP/2: %s', async (path, method) => {
    const session = connect(echo.url);
    const stream = session.request({ ':path': path, ':method': method }, { endStream: method === 'GET' });
    stream.on('error', () => undefined);
    if (method === 'POST') stream.write('{}\n{}\n');
    await expect.poll(() => begun).toBe(1);
    stream.close(constants.NGHTTP2_CANCEL);
    await expect.poll(() => cancelled).toBe(1);
    session.destroy();
  });

  it.each(['/v1/stream', '/v1/collect', '/v1/talk/x'])('over a WebSocket: %s', async (path) => {
    const socket = new WebSocket(`${echo.url.replace('http', 'ws')}${path}`);
    await once(socket, 'open');
    if (path !== '/v1/stream') socket.send('{}');
    await expect.poll(() => begun).toBe(1);
    socket.terminate();
    await expect.poll(() => cancelled).toBe(1);
  });
});

describe('a message can be read when it was sent', () => {
  const decoders: Record<string, () => Transform> = {
    gzip: zlib.createGunzip,
    br: zlib.createBrotliDecompress,
    ...('createZstdDecompress' in zlib
      ? { zstd: zlib.createZstdDecompress as unknown as () => Transform }
      : {}),
  };

  it.each([
    ...Object.keys(decoders).map((coding) => ['application/x-ndjson', coding] as const),
    ...Object.keys(decoders).map((coding) => ['text/event-stream', coding] as const),
    ['application/json', 'identity'] as const,
    ['application/x-protobuf', 'identity'] as const,
  ])('%s through %s', async (accept, coding) => {
    const sent = ask('/v1/stream', { headers: { accept, 'accept-encoding': coding } });
    sent.end();
    const stream = await nextStream();
    let read = '';
    void answerOf(sent).then((response) => {
      expect(response.headers['content-encoding']).toBe(coding === 'identity' ? undefined : coding);
      const plain = decoders[coding]?.();
      (plain === undefined ? response : response.pipe(plain)).on('data', (chunk: Buffer) => {
        read += chunk.toString('latin1');
      });
    });
    for (const size of [1, 2, 3]) {
      stream.write(sized(size));
      await expect
        .poll(() => read)
        .toContain(
          accept.endsWith('protobuf') ? `\x02\x18${String.fromCharCode(size)}` : `{"size":"${size}"}`,
        );
    }
    sent.destroy();
    await expect.poll(() => cancelled).toBe(1);
  });
});

describe('a stream on which nothing moves', () => {
  it.each([
    ['application/x-ndjson', false],
    ['text/event-stream', true],
  ])('has its headers early, and ends: %s', async (accept, complete) => {
    const sent = ask('/v1/stream', { headers: { accept } });
    sent.end();
    const response = await answerOf(sent);
    expect(response.statusCode).toBe(200);
    let read = '';
    response.on('data', (chunk: Buffer) => {
      read += chunk.toString();
    });
    await new Promise((resolve) => response.on('close', resolve));
    expect(read).toContain('STREAM_IDLE');
    expect(response.complete).toBe(complete);
    await expect.poll(() => cancelled).toBe(1);
  });

  it('of a format that cannot wait is 504', async () => {
    const sent = ask('/v1/stream', { headers: { accept: 'application/json' } });
    sent.end();
    expect((await answerOf(sent)).statusCode).toBe(504);
  });
});

it.each(['Grpc-Timeout: 200m', 'X-Server-Timeout: 0.2'])(
  'a deadline ends a stream, however much moves on it: %s',
  async (field) => {
    const [name = '', value = ''] = field.split(': ');
    const sent = ask('/v1/stream', { headers: { [name]: value } });
    sent.end();
    const stream = await nextStream();
    expect(Number(stream.getDeadline()) - Date.now()).toBeLessThanOrEqual(200);
    const timer = setInterval(() => stream.write(sized(1)), 20);
    let read = '';
    const response = await answerOf(sent);
    response.on('data', (chunk: Buffer) => {
      read += chunk.toString();
    });
    await new Promise((resolve) => response.on('close', resolve));
    clearInterval(timer);
    expect(read).toMatch(/^(\{"size":"1"\}\n)+\{"error":\{"code":4,.*"reason":"DEADLINE_EXCEEDED"/);
    expect(response.complete).toBe(false);
  },
);

describe('a backend that has heard enough', () => {
  it('is answered for while the client still sends, over HTTP/1.1, and the connection ends', async () => {
    const sent = ask('/v1/collect?fields=text', { method: 'POST' });
    sent.write('{"text":"enough"}\n');
    const response = await answerOf(sent);
    expect([response.statusCode, response.headers.connection]).toEqual([200, 'close']);
    let read = '';
    response.on('data', (chunk: Buffer) => {
      read += chunk.toString();
    });
    await once(response, 'end');
    expect(read).toBe('{"text":"enough"}');
    await new Promise((resolve) => sent.on('close', resolve));
  });

  it('over HTTP/2', async () => {
    const session = connect(echo.url);
    const stream = session.request({ ':path': '/v1/collect', ':method': 'POST' }, { endStream: false });
    stream.write('{"text":"enough"}\n');
    const [headers] = await once(stream, 'response');
    expect(headers[':status']).toBe(200);
    stream.resume();
    await new Promise((resolve) => stream.on('close', resolve));
    expect(stream.rstCode).toBe(constants.NGHTTP2_NO_ERROR);
    session.close();
  });
});

describe('a client of HTTP/1.1 that sends many requests before it reads', () => {
  // Their answers are more than the buffers of both sockets hold.
  const many = 'GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(30_000);
  const open = (port = echo.port): Socket => connectTcp(port, '127.0.0.1').pause();

  /** Who does not read hears of the end when it writes. */
  async function lost(socket: Socket): Promise<void> {
    const timer = setInterval(() => socket.write('\r\n'), 50);
    await new Promise((resolve) => socket.on('error', resolve).on('close', resolve));
    clearInterval(timer);
  }

  it.each([
    ['nothing', 0],
    ['some answers and then no more', 100_000],
  ])('loses its connection when it takes %s', async (_, bytes) => {
    const socket = open();
    socket.write(many);
    socket.on('data', () => {
      if (socket.bytesRead >= bytes) socket.pause();
    });
    if (bytes > 0) await new Promise((resolve) => setTimeout(resolve, stallTimeoutMs / 2));
    if (bytes > 0) socket.resume();
    await lost(socket);
    expect(socket.bytesRead).toBeLessThan(bytes + 2_000_000);
  });

  it('loses it for answers of hand-written routes too', async () => {
    const other = await startEchoGateway({
      limits: { streamIdleTimeoutMs: stallTimeoutMs },
      routes: (app) => app.get('/nothing', (c) => c.text('x'.repeat(500))),
    });
    const socket = open(other.port);
    socket.write(many);
    await lost(socket);
    expect(socket.bytesRead).toBe(0);
    await other.close();
  });

  it('keeps it when it reads late, and the answer behind takes longer than a client may', async () => {
    const socket = open();
    socket.write(`${many}GET /v1/echo?text=late HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    await new Promise((resolve) => setTimeout(resolve, stallTimeoutMs / 2));
    let last = '';
    for await (const chunk of socket) last = (last + chunk).slice(-1_000);
    expect(last).toMatch(/\r\n\r\n\{"text":"late"\}$/);
  });
});

describe('a client of HTTP/2 that takes nothing loses its stream', () => {
  async function stalled(path: string): Promise<ClientHttp2Stream> {
    const session = connect(echo.url, { settings: { initialWindowSize: 1_000 } });
    await once(session, 'remoteSettings');
    const stream = session.request({ ':path': path });
    stream.pause();
    stream.on('error', () => undefined);
    stream.on('close', () => session.close());
    return stream;
  }

  async function expectClosed(stream: ClientHttp2Stream): Promise<void> {
    if (!stream.closed) await new Promise((resolve) => stream.once('close', resolve));
    expect(stream.rstCode).not.toBe(constants.NGHTTP2_NO_ERROR);
  }

  it('of one large answer', async () => {
    const stream = await stalled('/v1/echo?text=large');
    await once(stream, 'response');
    await expectClosed(stream);
  });

  it('of messages', async () => {
    const stream = await stalled('/v1/stream');
    const call = await nextStream();
    for (let i = 0; i < 100; i++) call.write(Buffer.from(messageOf({ text: 'x'.repeat(100_000) })));
    await expectClosed(stream);
    await expect.poll(() => cancelled).toBe(1);
  });

  it('of messages and an error behind them', async () => {
    const stream = await stalled('/v1/stream');
    const call = await nextStream();
    call.write(Buffer.from(messageOf({ text: 'x'.repeat(10_000) })));
    await once(stream, 'response');
    call.emit('error', { code: status.UNAVAILABLE, details: 'gone' });
    await expectClosed(stream);
  });
});
