import { once } from 'node:events';
import { request } from 'node:http';
import { status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import {
  type EchoGateway,
  echoHandlers,
  jsonOf,
  messageOf,
  startEchoGateway,
} from '../support/echo-gateway.js';
import { sendRaw } from '../support/raw-http.js';

/** Streams over WebSockets (RFC 6455): a message per frame, both ways. */

let echo: EchoGateway;
const seen: { authorization: string[]; cancelled: boolean }[] = [];
const sockets: WebSocket[] = [];

beforeAll(async () => {
  echo = await startEchoGateway(
    {
      webSocketOrigins: ['https://shop.example'],
      limits: { requestBodyBytesMax: 1000, streamIdleTimeoutMs: 400 },
    },
    {
      Bidi(call) {
        const entry = { authorization: call.metadata.get('authorization').map(String), cancelled: false };
        seen.push(entry);
        call.on('cancelled', () => {
          entry.cancelled = true;
        });
        echoHandlers.Bidi?.(call);
      },
      ServerStream(call) {
        if (call.request.includes('long')) {
          call.emit('error', { code: status.FAILED_PRECONDITION, details: 'ä'.repeat(100) });
        } else echoHandlers.ServerStream?.(call);
      },
    },
  );
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.terminate();
});
afterAll(() => echo?.close());

interface Talk {
  readonly socket: WebSocket;
  readonly frames: (string | Buffer)[];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  /** The next frame that has not been read yet. */
  next(): Promise<string | Buffer>;
}

function open(path: string, protocols: string[] = [], headers: Record<string, string> = {}): Talk {
  const socket = new WebSocket(`ws://127.0.0.1:${echo.port}${path}`, protocols, { headers });
  sockets.push(socket);
  // One that is refused, or given up, says so.
  socket.on('error', () => undefined);
  const frames: (string | Buffer)[] = [];
  let read = 0;
  socket.on('message', (data: Buffer, binary: boolean) => frames.push(binary ? data : data.toString()));
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  return {
    socket,
    frames,
    closed,
    async next() {
      if (frames.length <= read) await once(socket, 'message');
      read++;
      return frames[read - 1] ?? '';
    },
  };
}

async function opened(path: string, protocols?: string[], headers?: Record<string, string>): Promise<Talk> {
  const talk = open(path, protocols, headers);
  await once(talk.socket, 'open');
  return talk;
}

/** HTTP status and body of a handshake that is refused. */
async function refusal(
  path: string,
  headers: Record<string, string> = {},
): Promise<[number | undefined, string]> {
  const { socket } = open(path, [], headers);
  const [, response] = await once(socket, 'unexpected-response');
  let body = '';
  for await (const chunk of response) body += chunk;
  return [response.statusCode, body];
}

describe('a bidirectional method', () => {
  it('answers message by message; the path goes into the first, an empty frame ends the sending', async () => {
    const talk = await opened('/v1/talk/ann');
    talk.socket.send('{"text":"a"}');
    expect(await talk.next()).toBe('{"name":"ann","text":"a"}');
    talk.socket.send('{"text":"b"}');
    expect(await talk.next()).toBe('{"text":"b"}');
    talk.socket.send('');
    expect(await talk.closed).toEqual({ code: 1000, reason: '' });
  });

  it('takes protobuf in binary frames, and gives it by the subprotocol', async () => {
    const talk = await opened('/v1/talk/ann', ['other', 'propylon.proto']);
    expect(talk.socket.protocol).toBe('propylon.proto');
    talk.socket.send(messageOf({ text: 'a' }));
    expect(jsonOf((await talk.next()) as Buffer)).toEqual({ name: 'ann', text: 'a' });
    talk.socket.send('{"text":"b"}');
    expect(jsonOf((await talk.next()) as Buffer)).toEqual({ text: 'b' });
  });

  it('in JSON answers binary frames as text', async () => {
    const talk = await opened('/v1/talk/ann', ['propylon.json']);
    talk.socket.send(messageOf({ text: 'a' }));
    expect(await talk.next()).toBe('{"name":"ann","text":"a"}');
  });

  it('many messages sent at once all come back in order', async () => {
    const talk = await opened('/v1/talk/ann?fields=size');
    for (let size = 1; size <= 500; size++) talk.socket.send(`{"size":${size}}`);
    talk.socket.send('');
    await talk.closed;
    expect(talk.frames).toEqual(Array.from({ length: 500 }, (_, index) => `{"size":"${index + 1}"}`));
  });

  it('a client that goes ends the call', async () => {
    const talk = await opened('/v1/talk/gone');
    talk.socket.send('{}');
    await talk.next();
    talk.socket.terminate();
    await expect.poll(() => seen.at(-1)?.cancelled).toBe(true);
    const polite = await opened('/v1/talk/gone');
    polite.socket.send('{}');
    await polite.next();
    polite.socket.close(1000);
    await expect.poll(() => seen.at(-1)?.cancelled).toBe(true);
  });

  it('the token of a browser comes as a subprotocol', async () => {
    const talk = await opened('/v1/talk/ann', ['propylon.json', 'propylon.bearer.abc.def']);
    talk.socket.send('{}');
    await talk.next();
    expect(talk.socket.protocol).toBe('propylon.json');
    expect(seen.at(-1)?.authorization).toEqual(['Bearer abc.def']);
  });
});

describe('the other streams', () => {
  it('server streaming starts with the path and query alone, or with the first frame', async () => {
    const get = open('/v1/stream?name=n');
    expect(await get.closed).toEqual({ code: 1000, reason: '' });
    expect(get.frames).toEqual(['{"name":"n"}', '{"name":"n"}', '{"name":"n"}']);
  });

  it('client streaming answers once the sending has ended', async () => {
    const talk = await opened('/v1/collect?fields=name,text');
    talk.socket.send('{"name":"a"}');
    talk.socket.send('{"text":"b"}');
    talk.socket.send('');
    expect(await talk.closed).toEqual({ code: 1000, reason: '' });
    expect(talk.frames).toEqual(['{"name":"a","text":"b"}']);
  });
});

describe('how a socket closes after an error', () => {
  it.each([
    ['JSON that is none', '{', 1007],
    ['an unknown field', '{"nmae":1}', 1007],
    ['a path field of another value', '{"name":"bob"}', 4003],
    ['a message too large', `{"text":"${'x'.repeat(2000)}"}`, 1009],
    ['the backend: 4000 and the code', '{"text":"fail"}', 4014],
  ])('%s', async (_name, frame, code) => {
    const talk = await opened('/v1/talk/ann');
    talk.socket.send(frame);
    expect((await talk.closed).code).toBe(code);
    if (code !== 1009) expect(JSON.parse(String(talk.frames.at(-1)))).toHaveProperty('error.code');
  });

  it('later messages are judged as the first', async () => {
    const talk = await opened('/v1/talk/ann');
    talk.socket.send('{}');
    await talk.next();
    talk.socket.send('[]');
    expect((await talk.closed).code).toBe(1007);
  });

  it('text that is not UTF-8', async () => {
    const talk = await opened('/v1/talk/ann');
    talk.socket.send(Buffer.from([0x22, 0xff, 0x22]), { binary: false });
    expect((await talk.closed).code).toBe(1007);
  });

  it('a reason is cut to what a close frame holds, and the last frame has it all', async () => {
    const talk = open('/v1/stream?text=long');
    const { code, reason } = await talk.closed;
    expect(code).toBe(4009);
    expect(reason).toBe('ä'.repeat(61));
    expect(JSON.parse(String(talk.frames[0]))).toEqual({ error: { code: 9, message: 'ä'.repeat(100) } });
  });

  it('silence ends a socket, before the first message and after', async () => {
    const silent = await opened('/v1/talk/ann');
    expect((await silent.closed).code).toBe(4004);
    const later = await opened('/v1/talk/ann');
    later.socket.send('{}');
    expect((await later.closed).code).toBe(4004);
  });
});

describe('a handshake that is refused has a status body', () => {
  it.each([
    ['/v1/echo', 400, 'WEBSOCKET_REFUSED'],
    ['/v1/nothing', 404, 'ROUTE_UNKNOWN'],
    ['/v1/stream?nmae=x', 101, ''],
    ['/v1/stream?$nope=x', 400, 'QUERY_PARAMETER_UNKNOWN'],
  ])('%s: %s', async (path, httpStatus, reason) => {
    if (httpStatus === 101) {
      const talk = open(path);
      expect((await talk.closed).code).toBe(4003);
      return;
    }
    expect(await refusal(path)).toEqual([httpStatus, expect.stringContaining(reason)]);
  });

  it.each([
    ['https://evil.example', false],
    ['null', false],
    ['https://shop.example', true],
    ['http://HOST', true],
  ])('a page of %s: %s', async (origin, allowed) => {
    const headers = { origin: origin.replace('HOST', `127.0.0.1:${echo.port}`) };
    if (allowed) await opened('/v1/talk/ann', [], headers);
    else
      expect(await refusal('/v1/talk/ann', headers)).toEqual([
        403,
        expect.stringContaining('ORIGIN_REFUSED'),
      ]);
  });
});

describe('an upgrade to something else', () => {
  it('is passed over', async () => {
    const answer = await sendRaw(
      echo.port,
      'GET /v1/echo?name=n HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n',
    );
    expect(answer.statuses).toEqual([200]);
    expect(answer.text).toContain('{"name":"n"}');
  });

  it('is 400 with a body', async () => {
    const answer = await sendRaw(
      echo.port,
      'POST /v1/echo HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\n{}',
    );
    expect(answer.statuses).toEqual([400]);
  });

  it('a WebSocket without its key is 400', async () => {
    const sent = request({
      port: echo.port,
      path: '/v1/talk/ann',
      headers: { connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' },
    });
    sent.end();
    const [response] = await once(sent, 'response');
    expect(response.statusCode).toBe(400);
    response.resume();
  });
});

describe('a socket is pinged', () => {
  let own: EchoGateway;
  let cancelled = 0;
  let letRead: () => void = () => undefined;
  beforeAll(async () => {
    const reads = new Promise<void>((resolve) => {
      letRead = resolve;
    });
    own = await startEchoGateway(
      { limits: { webSocketPingMs: 50, drainTimeoutMs: 50 } },
      {
        Bidi(call) {
          call.on('cancelled', () => cancelled++);
          // One that takes nothing until it may.
          if (call.metadata.get('x-request-id')[0] === 'stall')
            void reads.then(() => echoHandlers.Bidi?.(call));
          else echoHandlers.Bidi?.(call);
        },
      },
    );
  });
  afterAll(() => own?.close());

  async function connect(options: ClientOptions): Promise<WebSocket> {
    const socket = new WebSocket(`ws://127.0.0.1:${own.port}/v1/talk/x`, options);
    sockets.push(socket);
    socket.on('error', () => undefined);
    await once(socket, 'open');
    return socket;
  }

  async function pings(socket: WebSocket, count: number): Promise<void> {
    for (let i = 0; i < count; i++) await once(socket, 'ping');
  }

  it('and lives as long as it answers', async () => {
    const socket = await connect({});
    socket.send('{"text":"a"}');
    await pings(socket, 5);
    socket.send('{"text":"b"}');
    await once(socket, 'message');
    expect(socket.readyState).toBe(WebSocket.OPEN);
  });

  it('and is given up when it does not, with its call', async () => {
    const before = cancelled;
    const socket = await connect({ autoPong: false });
    socket.send('{}');
    const [code] = await once(socket, 'close');
    expect(code).toBe(1006);
    await expect.poll(() => cancelled).toBe(before + 1);
  });

  it('and not given up while we do not listen, because the backend takes nothing', async () => {
    const socket = await connect({ headers: { 'x-request-id': 'stall' } });
    const text = 'x'.repeat(100_000);
    for (let i = 0; i < 200; i++) socket.send(`{"text":"${text}"}`);
    await pings(socket, 5);
    letRead();
    let answers = 0;
    await new Promise<void>((resolve) => {
      socket.on('message', () => {
        answers++;
        if (answers === 200) resolve();
      });
      socket.on('close', () => resolve());
    });
    expect(answers).toBe(200);
  });
});

it('a message in many fragments is one message', async () => {
  const talk = await opened('/v1/talk/ann');
  const text = '{"text":"äöü"}';
  for (const [index, byte] of [...Buffer.from(text)].entries()) {
    talk.socket.send(Buffer.of(byte), { binary: false, fin: index === Buffer.byteLength(text) - 1 });
  }
  expect(await talk.next()).toBe('{"name":"ann","text":"äöü"}');
});

it('a shutdown closes sockets with 1001', async () => {
  const own = await startEchoGateway();
  const socket = new WebSocket(`ws://127.0.0.1:${own.port}/v1/talk/ann`);
  await once(socket, 'open');
  socket.send('{}');
  await once(socket, 'message');
  const idle = new WebSocket(`ws://127.0.0.1:${own.port}/v1/talk/ann`);
  await once(idle, 'open');
  const closes = Promise.all([once(socket, 'close'), once(idle, 'close')]);
  await own.close();
  expect((await closes).map(([code]) => code)).toEqual([1001, 1001]);
});
