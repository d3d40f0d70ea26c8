import { once } from 'node:events';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
} from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type EchoGateway, echoHandlers, startEchoGateway } from '../support/echo-gateway.js';

/** HTTP/2 without TLS, on the port of HTTP/1.1: what a mesh's proxy speaks, and the only HTTP that is full-duplex. */

let echo: EchoGateway;
let session: ClientHttp2Session;
let cancelled = false;

beforeAll(async () => {
  echo = await startEchoGateway(
    {
      limits: { requestHeadTimeoutMs: 300 },
      routes: (app) => void app.get('/own', (c) => c.json({ own: new URL(c.req.url).host })),
    },
    {
      Bidi(call) {
        call.on('cancelled', () => {
          cancelled = true;
        });
        echoHandlers.Bidi?.(call);
      },
    },
  );
  session = connect(echo.url);
});
afterEach(() => {
  expect(session.destroyed).toBe(false);
});
afterAll(async () => {
  session?.close();
  await echo?.close();
});

interface Answer {
  readonly headers: IncomingHttpHeaders & { ':status'?: number };
  readonly text: string;
  readonly rstCode: number;
}

async function read(stream: ClientHttp2Stream): Promise<Answer> {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  stream.on('error', () => undefined);
  const headers = once(stream, 'response');
  await new Promise((resolve) => stream.once('close', resolve));
  return { headers: (await headers)[0], text, rstCode: stream.rstCode };
}

function ask(path: string, headers: Record<string, string> = {}, body?: string): Promise<Answer> {
  const method = body === undefined ? 'GET' : 'POST';
  const stream = session.request(
    { ':path': path, ':method': method, ...headers },
    { endStream: body === undefined },
  );
  if (body !== undefined) stream.end(body);
  return read(stream);
}

describe('requests over HTTP/2', () => {
  it('are answered like those of HTTP/1.1', async () => {
    const get = await ask('/v1/echo?name=n');
    expect([get.headers[':status'], get.headers['content-type'], get.text]).toEqual([
      200,
      'application/json',
      '{"name":"n"}',
    ]);
    const post = await ask('/v1/echo', { 'content-type': 'application/json' }, '{"text":"t"}');
    expect(post.text).toBe('{"text":"t"}');
    expect((await ask('/v1/none')).headers[':status']).toBe(404);
    expect((await ask('/v1/echo?nmae=n')).text).toContain('QUERY_PARAMETER_UNKNOWN');
    expect((await ask('/v1/echo', { ':method': 'HEAD' })).headers['content-length']).toBe('2');
  });

  it('many at once on one connection', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => ask(`/v1/echo?size=${i + 1}`)));
    expect(answers.map(({ text }) => text)).toEqual(
      Array.from({ length: 100 }, (_, i) => `{"size":"${i + 1}"}`),
    );
  });

  it('hand-written routes too', async () => {
    expect(JSON.parse((await ask('/own')).text)).toEqual({ own: `127.0.0.1:${echo.port}` });
  });

  it('HTTP/1.1 goes on beside it, however its first bytes fall', async () => {
    for (const cuts of [[1], [2], [3], [1, 2, 5]]) {
      const socket = connectSocket(echo.port, '127.0.0.1');
      const head =
        'PUT /v1/things/1 HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}';
      let at = 0;
      for (const cut of [...cuts, head.length]) {
        socket.write(head.slice(at, cut));
        at = cut;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      let text = '';
      for await (const chunk of socket) text += chunk;
      expect(text).toMatch(/^HTTP\/1\.1 200 OK/);
      expect(text).toContain('{"name":"things/1"}');
    }
  });

  it('a connection that says nothing, or half a word, gets 408', async () => {
    for (const word of ['', 'P', 'PR']) {
      const socket = connectSocket(echo.port, '127.0.0.1');
      if (word !== '') socket.write(word);
      let text = '';
      for await (const chunk of socket) text += chunk;
      expect(text).toMatch(/^HTTP\/1\.1 408 /);
    }
  });
});

describe('streams over HTTP/2', () => {
  it('a bidirectional method talks in lines both ways, each answered before the next is sent', async () => {
    const stream = session.request(
      { ':path': '/v1/talk/ann', ':method': 'POST', 'content-type': 'application/x-ndjson' },
      { endStream: false },
    );
    stream.setEncoding('utf8');
    stream.write('{"text":"a"}\n');
    expect((await once(stream, 'data'))[0]).toBe('{"name":"ann","text":"a"}\n');
    stream.write('{"text":"b"}\n');
    expect((await once(stream, 'data'))[0]).toBe('{"text":"b"}\n');
    stream.end();
    await once(stream, 'close');
    expect(stream.rstCode).toBe(0);
  });

  it('an error in mid-stream is the last line, and RST_STREAM', async () => {
    const { text, rstCode } = await ask('/v1/stream?text=fail');
    expect(text).toBe('{"text":"fail"}\n{"error":{"code":14,"message":"gone"}}\n');
    expect(rstCode).toBe(constants.NGHTTP2_INTERNAL_ERROR);
  });

  it('a client that resets its stream ends the call, and nothing else', async () => {
    const stream = session.request({ ':path': '/v1/talk/x', ':method': 'POST' }, { endStream: false });
    stream.write('{}');
    stream.write('{}');
    await once(stream, 'response');
    stream.close(constants.NGHTTP2_CANCEL);
    await new Promise((resolve) => stream.once('close', resolve));
    await expect.poll(() => cancelled).toBe(true);
    expect((await ask('/v1/echo')).headers[':status']).toBe(200);
  });

  it('refuses a body that is too large while it is sent', async () => {
    const stream = session.request(
      { ':path': '/v1/echo', ':method': 'POST', 'content-type': 'application/json' },
      { endStream: false },
    );
    const answer = read(stream);
    const chunk = Buffer.alloc(256 * 1024, 0x20);
    for (let i = 0; i < 20 && !stream.destroyed; i++) {
      if (!stream.write(chunk)) await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect((await answer).headers[':status']).toBe(413);
  });
});

it('a shutdown lets requests under way go on for a while, then cuts them', async () => {
  const own = await startEchoGateway({ limits: { drainTimeoutMs: 300 } });
  const client = connect(own.url);
  const talk = client.request({ ':path': '/v1/talk/ann', ':method': 'POST' }, { endStream: false });
  talk.write('{}\n');
  await once(talk, 'data');
  let text = '';
  talk.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  talk.on('error', () => undefined);
  const gone = Promise.all([talk, client].map((one) => new Promise((resolve) => one.once('close', resolve))));
  const closed = own.close();
  await once(client, 'goaway');
  talk.write('{"text":"still"}\n');
  await closed;
  await gone;
  expect(text).toMatch(/^\{"text":"still"\}\n\{"error":\{"code":14,.*SHUTTING_DOWN/);
  expect(talk.rstCode).toBe(constants.NGHTTP2_INTERNAL_ERROR);
});
