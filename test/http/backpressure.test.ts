import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { type ClientHttp2Session, connect } from 'node:http2';
import type { Readable, Writable } from 'node:stream';
import type { ServerDuplexStream, ServerReadableStream, ServerWritableStream } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type EchoGateway, messageOf, startEchoGateway } from '../support/echo-gateway.js';

/**
 * Whoever takes nothing stops whoever sends: what lies between them is what the buffers of sockets
 * and HTTP/2 hold, however much there is to send.
 */

/** Four connections' worth of what Linux gives a socket at most, 4 MiB to send and 6 MiB to receive. */
const betweenBytesMax = 40e6;
/** As much as would be sent if nothing stopped it. */
const endlessBytes = 400e6;

/** Text that compression makes only a quarter shorter, of many kinds, so that no window holds it all. */
const chunks = Array.from({ length: 100 }, () => randomBytes(45_000).toString('base64'));
const [chunk = ''] = chunks;
const messages = chunks.map((text) => Buffer.from(messageOf({ text })));
const [message = Buffer.alloc(0)] = messages;

let echo: EchoGateway;
/** What the backend has sent or received. */
let backendBytes: number;
/** Lets the backend read what it was sent. */
let letRead: () => void;

beforeEach(async () => {
  backendBytes = 0;
  const reads = new Promise<void>((resolve) => {
    letRead = resolve;
  });
  const flood = (call: ServerWritableStream<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>): void => {
    while (backendBytes < endlessBytes && !call.cancelled) {
      const next = messages[(backendBytes / message.length) % messages.length] ?? message;
      backendBytes += message.length;
      if (!call.write(next)) {
        call.once('drain', () => flood(call));
        return;
      }
    }
    call.end();
  };
  const read = async (call: ServerReadableStream<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>) => {
    call.on('error', () => undefined);
    await reads;
    call.on('data', (received: Buffer) => {
      backendBytes += received.length;
    });
    await once(call, 'end');
  };
  echo = await startEchoGateway(
    { limits: { drainTimeoutMs: 50 } },
    {
      ServerStream: flood,
      ClientStream: (call, callback) => void read(call).then(() => callback(null, Buffer.alloc(0))),
      Upload: (call, callback) => void read(call).then(() => callback(null, Buffer.alloc(0))),
      Bidi(call) {
        if (call.metadata.get('x-request-id')[0] === 'flood') flood(call);
        else void read(call).then(() => call.end());
      },
    },
  );
});
afterEach(() => echo?.close());

/** The value that a count comes to rest at. */
async function rest(count: () => number): Promise<number> {
  let [last, same] = [-1, 0];
  while (same < 15) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    same = count() === last ? same + 1 : 0;
    last = count();
  }
  return last;
}

/** Writes pieces as long as the stream takes them, then the last one; the bytes written so far. */
function pour(stream: Writable, piece: string | Buffer, bytesMax: number, last = ''): () => number {
  let written = 0;
  const more = (): void => {
    while (written < bytesMax && !stream.destroyed) {
      written += piece.length;
      if (!stream.write(piece)) {
        stream.once('drain', more);
        return;
      }
    }
    stream.end(last);
  };
  more();
  return () => written;
}

describe('a client that reads nothing stops the backend', () => {
  const formats = ['application/x-ndjson', 'application/json', 'text/event-stream', 'application/x-protobuf'];

  async function expectHeld(response: Readable): Promise<void> {
    response.pause();
    expect(await rest(() => backendBytes)).toBeLessThan(betweenBytesMax);
    // And it goes on where it stopped.
    let received = 0;
    response.on('data', (data: Buffer) => {
      received += data.length;
    });
    response.resume();
    await expect.poll(() => received, { timeout: 10_000 }).toBeGreaterThan(betweenBytesMax);
    response.destroy();
  }

  it.each([
    ...formats.map((accept) => [accept, 'identity'] as const),
    ['application/x-ndjson', 'gzip'] as const,
    ['application/x-ndjson', 'br'] as const,
  ])('%s over HTTP/1.1, %s', async (accept, encoding) => {
    const headers = { accept, 'accept-encoding': encoding };
    const sent = request(`${echo.url}/v1/stream`, { headers, agent: false });
    sent.on('error', () => undefined).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.on('error', () => undefined);
    await expectHeld(response);
  });

  it.each(formats)('%s over HTTP/2', async (accept) => {
    const session: ClientHttp2Session = connect(echo.url);
    const stream = session.request({ ':path': '/v1/stream', accept });
    await once(stream, 'response');
    await expectHeld(stream);
    session.destroy();
  });

  it('over a WebSocket', async () => {
    const socket = new WebSocket(`${echo.url.replace('http', 'ws')}/v1/stream`);
    await once(socket, 'open');
    socket.pause();
    expect(await rest(() => backendBytes)).toBeLessThan(betweenBytesMax);
    let received = 0;
    socket.on('message', (data: Buffer) => {
      received += data.length;
    });
    socket.resume();
    await expect.poll(() => received, { timeout: 10_000 }).toBeGreaterThan(betweenBytesMax);
    socket.terminate();
  });

  it('of a bidirectional method, over HTTP/2 and HTTP/1.1', async () => {
    const session = connect(echo.url);
    const stream = session.request(
      { ':path': '/v1/talk/x', ':method': 'POST', 'x-request-id': 'flood' },
      { endStream: false },
    );
    stream.write('{}\n');
    await once(stream, 'response');
    await expectHeld(stream);
    session.destroy();
    backendBytes = 0;
    const sent = request(`${echo.url}/v1/talk/x`, {
      method: 'POST',
      headers: { 'x-request-id': 'flood' },
      agent: false,
    });
    sent.on('error', () => undefined).write('{}\n');
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.on('error', () => undefined);
    await expectHeld(response);
  });
});

describe('a backend that reads nothing stops the client', () => {
  const line = `{"text":"${chunk}"}\n`;
  const bytesMax = 60e6;

  /** The backend holds the client, then reads everything to the end. */
  async function expectHeld(written: () => number, ended: Promise<unknown>): Promise<void> {
    expect(await rest(written)).toBeLessThan(betweenBytesMax);
    expect(backendBytes).toBe(0);
    letRead();
    await ended;
    // A message is a few bytes less in protobuf.
    expect(backendBytes).toBeGreaterThan(bytesMax * 0.99);
  }

  it.each([
    ['lines', '/v1/collect', 'application/x-ndjson', '', line],
    ['one array', '/v1/collect', 'application/json', '[', `${line},`],
    ['protobuf', '/v1/collect', 'application/x-protobuf', '', delimited(message)],
    ['bytes', '/v1/upload', 'image/png', '', chunk],
  ])('%s over HTTP/1.1', async (_name, path, type, head, piece) => {
    const sent = request(`${echo.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': type },
      agent: false,
    });
    sent.write(head);
    const answered = once(sent, 'response');
    await expectHeld(pour(sent, piece, bytesMax, head === '[' ? '{}]' : ''), answered);
    const [response] = await answered;
    expect(response.statusCode).toBe(200);
    sent.destroy();
  });

  it.each(['/v1/collect', '/v1/talk/x'])('lines over HTTP/2: %s', async (path) => {
    const session = connect(echo.url);
    const stream = session.request({ ':path': path, ':method': 'POST' }, { endStream: false });
    stream.resume();
    await expectHeld(pour(stream, line, bytesMax), once(stream, 'close'));
    session.destroy();
  });

  it('frames over a WebSocket', async () => {
    const socket = new WebSocket(`${echo.url.replace('http', 'ws')}/v1/talk/x`);
    await once(socket, 'open');
    const frames = Math.ceil(bytesMax / line.length);
    for (let i = 0; i < frames; i++) socket.send(line);
    // An empty frame half-closes.
    socket.send('');
    await expectHeld(() => frames * line.length - socket.bufferedAmount, once(socket, 'close'));
  });
});

function delimited(binary: Uint8Array): Buffer {
  const { length } = binary;
  return Buffer.concat([
    Buffer.from([(length & 127) | 128, ((length >> 7) & 127) | 128, length >> 14]),
    binary,
  ]);
}
