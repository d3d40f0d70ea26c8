import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Exchange } from '../../src/replay/exchange.js';
import { type Recorder, redactionRules } from '../../src/replay/index.js';
import { sendRaw } from '../support/raw-http.js';
import { recorderAt } from '../support/recording.js';

/** What passes through a recorder, and what is written down of it. */

let folder = '';
const closing: (() => Promise<unknown> | unknown)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'propylon-recorder-'));
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  rmSync(folder, { recursive: true, force: true });
});

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A gateway that answers as the test says; gives its URL. */
async function gateway(handler: Handler, prepare: (server: http.Server) => void = () => undefined) {
  const server = http.createServer(handler).listen(0, '127.0.0.1');
  prepare(server);
  await once(server, 'listening');
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return urlOf(server.address());
}

/** One that says these bytes to whatever it is asked. */
async function rawGateway(answer: (socket: Socket, nth: number) => void): Promise<string> {
  let count = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', () => answer(socket, ++count));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return urlOf(server.address());
}

function urlOf(address: AddressInfo | string | null): string {
  return typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '';
}

const out = (): string => join(folder, 'traffic.ndjson');

async function record(to: string, options: Parameters<typeof recorderAt>[2] = {}): Promise<Recorder> {
  const recorder = await recorderAt(to, out(), options);
  closing.push(() => recorder.close());
  return recorder;
}

/** Ends the recorder; gives its exchanges. */
async function recorded(recorder: Recorder): Promise<Exchange[]> {
  closing.pop();
  await recorder.close();
  const [, ...lines] = readFileSync(out(), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Exchange);
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly trailers: NodeJS.Dict<string>;
}

async function ask(url: string, options: http.RequestOptions = {}, body?: string): Promise<Answer> {
  const request = http.request(url, options);
  request.end(body);
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of answer) text += String(chunk);
  return { status: answer.statusCode ?? 0, text, headers: answer.headers, trailers: answer.trailers };
}

describe('what passes through a recorder', () => {
  it('is what the gateway says, header fields of its own included', async () => {
    const recorder = await record(
      await gateway((_, response) => {
        response.sendDate = false;
        response.writeHead(201, 'Made', [
          'ETag',
          '"a"',
          'set-cookie',
          'a=1',
          'Set-Cookie',
          'b=2',
          'content-length',
          '2',
        ]);
        response.end('{}');
      }),
    );
    const { port } = new URL(recorder.url);
    const { text } = await sendRaw(
      Number(port),
      'GET /v1/a%2Fb?x=1 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n',
    );
    expect(text).toBe(
      'HTTP/1.1 201 Made\r\nETag: "a"\r\nset-cookie: a=1\r\nSet-Cookie: b=2\r\ncontent-length: 2\r\nConnection: close\r\n\r\n{}',
    );
    expect(await recorded(recorder)).toMatchObject([{ request: { method: 'GET', target: '/v1/a%2Fb?x=1' } }]);
  });

  it('is what the client says, but for the host and the way', async () => {
    let seen: readonly string[] = [];
    const to = await gateway((request, response) => {
      seen = request.rawHeaders;
      response.end();
    });
    const recorder = await record(to);
    const { port } = new URL(recorder.url);
    await sendRaw(
      Number(port),
      'GET / HTTP/1.1\r\nHost: api.example\r\nX-A: 1\r\nx-a: 2\r\nX-Forwarded-For: 10.0.0.1\r\nConnection: close, x-b\r\nX-B: 3\r\nTE: trailers\r\n\r\n',
    );
    expect(seen.join(' ')).toBe(
      `Host ${new URL(to).host} X-Forwarded-For 10.0.0.1, 127.0.0.1 X-Forwarded-Host api.example X-Forwarded-Proto http TE trailers X-A 1 x-a 2 Connection keep-alive`,
    );
  });

  it.each([
    ['with a length', { 'content-length': 5 }],
    ['in chunks', { 'transfer-encoding': 'chunked' }],
  ])('is a body %s, of a GET too', async (_, headers) => {
    const recorder = await record(await gateway((request, response) => request.pipe(response)));
    for (const method of ['POST', 'GET'])
      expect((await ask(recorder.url, { method, headers }, 'hello')).text).toBe('hello');
    expect(await recorded(recorder)).toMatchObject([
      { request: { body: { text: 'hello', bytes: 5 } }, response: { body: { text: 'hello', bytes: 5 } } },
      { request: { method: 'GET', body: { text: 'hello' } } },
    ]);
  });

  it('is a stream, piece by piece as it comes', async () => {
    let say = (_: string): void => undefined;
    const recorder = await record(
      await gateway((_, response) => {
        response.writeHead(200, { 'content-type': 'application/x-ndjson' }).flushHeaders();
        say = (text) => void (text === '' ? response.end() : response.write(text));
      }),
    );
    const request = http.get(recorder.url);
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    for (const piece of ['{"a":1}\n', '{"a":2}\n']) {
      say(piece);
      expect(String((await once(answer, 'data'))[0])).toBe(piece);
    }
    say('');
    await once(answer, 'end');
    expect((await recorded(recorder))[0]?.response?.body?.text).toBe('{"a":1}\n{"a":2}\n');
  });

  it.each([
    ['HEAD', 200, { 'content-length': '4711' }],
    ['HEAD', 200, { 'transfer-encoding': 'chunked' }],
    ['GET', 204, {}],
    ['GET', 304, { etag: '"a"' }],
  ])('has no body where there is none: %s %d %j', async (method, status, headers) => {
    const recorder = await record(await gateway((_, response) => response.writeHead(status, headers).end()));
    const { port } = new URL(recorder.url);
    const { text, closed } = await sendRaw(
      Number(port),
      `${method} / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`,
    );
    const [head = '', body] = text.split('\r\n\r\n');
    expect([closed, body, head.includes('content-length: 4711')]).toEqual([
      true,
      '',
      'content-length' in headers,
    ]);
    expect((await recorded(recorder))[0]?.response?.body).toBeUndefined();
  });

  it('has trailers', async () => {
    const recorder = await record(
      await gateway((_, response) => {
        response.writeHead(200, { trailer: 'grpc-status' });
        response.write('x');
        response.addTrailers({ 'grpc-status': '0' });
        response.end();
      }),
    );
    expect((await ask(recorder.url, { headers: { te: 'trailers' } })).trailers).toEqual({
      'grpc-status': '0',
    });
    expect((await recorded(recorder))[0]?.response?.trailers).toEqual([['grpc-status', '0']]);
  });

  it('has hints before the answer', async () => {
    const recorder = await record(
      await rawGateway((socket) => {
        socket.write('HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\n\r\n');
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
      }),
    );
    const { port } = new URL(recorder.url);
    const { text } = await sendRaw(Number(port), 'GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
    expect(text).toMatch(
      /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a>; rel=preload\r\n\r\nHTTP\/1\.1 200 OK\r\n/i,
    );
  });

  it('leaves it to the gateway whether a body is wanted', async () => {
    const to = await gateway(
      (_, response) => response.end('taken'),
      (server) =>
        server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
          if (request.url === '/refused') response.writeHead(413, { connection: 'close' }).end();
          else {
            response.writeContinue();
            request.resume().on('end', () => response.end('taken'));
          }
        }),
    );
    const recorder = await record(to);
    const { port } = new URL(recorder.url);
    const head = (path: string): string =>
      `POST ${path} HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n`;
    expect((await sendRaw(Number(port), head('/refused'))).statuses).toEqual([413]);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(head('/taken'));
    expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1\.1 100 Continue/);
    socket.write('{}');
    expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1\.1 200 OK/);
    socket.destroy();
  });

  it('is an early answer whole, though the gateway takes no more of the body', async () => {
    const recorder = await record(
      await rawGateway((socket, nth) => {
        if (nth > 1) return;
        socket.write('HTTP/1.1 413 Too Large\r\ncontent-length: 4\r\nconnection: close\r\n\r\nfu', () => {
          socket.pause();
          setImmediate(() => socket.end('ll'));
        });
      }),
    );
    const request = http.request(recorder.url, { method: 'POST', headers: { 'content-length': 50e6 } });
    request.on('error', () => undefined);
    request.write(Buffer.alloc(1e6));
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of answer) text += String(chunk);
    expect([answer.statusCode, text]).toEqual([413, 'full']);
    request.destroy();
  });

  it('uses connections again, and replaces one that the gateway has closed', async () => {
    let connections = 0;
    const to = await rawGateway((socket, nth) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
      if (nth === 2) socket.resetAndDestroy();
    });
    const recorder = await record(to);
    const { port } = new URL(recorder.url);
    const client = connect(Number(port), '127.0.0.1');
    for (let i = 0; i < 4; i++) {
      client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
      expect(String((await once(client, 'data'))[0])).toMatch(/^HTTP\/1\.1 200/);
      connections++;
    }
    client.destroy();
    expect(connections).toBe(4);
  });

  it('is a WebSocket too, of which nothing is recorded', async () => {
    const to = await gateway(
      () => undefined,
      (server) =>
        server.on('upgrade', (_, socket) => {
          socket.write(
            'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\r\n',
          );
          socket.pipe(socket);
        }),
    );
    const recorder = await record(to);
    const { port } = new URL(recorder.url);
    const client = connect(Number(port), '127.0.0.1');
    client.write('GET / HTTP/1.1\r\nhost: a\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n');
    expect(String((await once(client, 'data'))[0])).toMatch(/^HTTP\/1\.1 101 Switching Protocols/);
    client.write('ping');
    expect(String((await once(client, 'data'))[0])).toBe('ping');
    expect(recorder.counts.tunnels).toBe(1);
    expect(await recorded(recorder)).toEqual([]);
  });

  it('is the refusal where the gateway upgrades nothing', async () => {
    const recorder = await record(await gateway((_, response) => response.writeHead(426).end('no')));
    const { port } = new URL(recorder.url);
    const { text, closed } = await sendRaw(
      Number(port),
      'GET / HTTP/1.1\r\nhost: a\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n',
    );
    expect([closed, text]).toEqual([true, expect.stringMatching(/^HTTP\/1\.1 426 [\s\S]*no/)]);
  });

  it('comes no faster than the client reads', async () => {
    let sent = 0;
    const recorder = await record(
      await gateway((_, response) => {
        const piece = Buffer.alloc(256 * 1024);
        const push = (): void => {
          while (sent < 400e6) {
            sent += piece.length;
            if (!response.write(piece)) return;
          }
          response.end();
        };
        response.on('drain', push);
        push();
      }),
    );
    const client = connect(Number(new URL(recorder.url).port), '127.0.0.1');
    client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    await once(client, 'readable');
    // Comes to rest when sockets and streams are full.
    for (let last = -1, same = 0; same < 15; last = sent) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      same = sent === last ? same + 1 : 0;
    }
    expect(sent).toBeLessThan(40e6);
    client.destroy();
  });
});

describe('what breaks off', () => {
  it('a client that leaves ends its request at the gateway', async () => {
    let left: Promise<unknown> | undefined;
    const recorder = await record(
      await gateway((_, response) => {
        left = once(response, 'close');
        response.writeHead(200).write('a');
      }),
    );
    const request = http.get(recorder.url);
    await once(request, 'response');
    request.destroy();
    await left;
    expect(await recorded(recorder)).toMatchObject([{ aborted: 'client', response: { status: 200 } }]);
  });

  it('an answer that breaks off breaks off for the client', async () => {
    const recorder = await record(
      await gateway((_, response) => {
        response.writeHead(200).write('a', () => response.destroy());
      }),
    );
    await expect(ask(recorder.url)).rejects.toThrow();
    expect(await recorded(recorder)).toMatchObject([
      { aborted: 'upstream', response: { body: { text: 'a' } } },
    ]);
  });

  it('a gateway that is not there is 502', async () => {
    const recorder = await record('http://127.0.0.1:1');
    expect(await ask(recorder.url)).toMatchObject({
      status: 502,
      text: expect.stringContaining('cannot reach'),
    });
    expect(await recorded(recorder)).toEqual([expect.not.objectContaining({ response: expect.anything() })]);
  });
});

describe('what is written down', () => {
  const answering = (body: string | Buffer, headers: http.OutgoingHttpHeaders = {}) =>
    gateway((request, response) =>
      request.resume().on('end', () => response.writeHead(200, headers).end(body)),
    );

  it('is for its owner, in a file that was not there', async () => {
    const recorder = await record(await answering('x'));
    expect(statSync(out()).mode & 0o777).toBe(0o600);
    await recorded(recorder);
    writeFileSync(out(), 'precious');
    await expect(record('http://127.0.0.1:1')).rejects.toThrow('EEXIST');
    expect(readFileSync(out(), 'utf8')).toBe('precious');
  });

  it.each<[string, string | Buffer, http.OutgoingHttpHeaders, object | undefined]>([
    ['text', 'ü', {}, { text: 'ü', bytes: 2 }],
    ['bytes', Buffer.from([0xff, 0x00]), {}, { base64: '/wA=', bytes: 2 }],
    [
      'the beginning of what is large',
      'x'.repeat(200),
      {},
      { text: 'x'.repeat(100), bytes: 200, truncated: true },
    ],
    ['what was compressed', gzipSync('hello'), { 'content-encoding': 'gzip' }, { text: 'hello', bytes: 25 }],
    ['nothing of another coding', 'hello', { 'content-encoding': 'acme' }, { bytes: 5, omitted: 'opaque' }],
    [
      'nothing that would grow',
      gzipSync('x'.repeat(10_000)),
      { 'content-encoding': 'gzip' },
      { bytes: expect.any(Number), omitted: 'opaque' },
    ],
    ['nothing where there is none', '', {}, undefined],
  ])('is %s', async (_, body, headers, kept) => {
    const recorder = await record(await answering(body, headers), { bodyBytesMax: 100 });
    await ask(recorder.url);
    expect((await recorded(recorder))[0]?.response?.body).toEqual(kept);
  });

  it.each<[string, Parameters<typeof recorderAt>[2], string[]]>([
    ['everything', {}, ['GET /v1/a', 'POST /v1/a', 'GET /v2/b/c']],
    ['what is included', { include: ['GET /v1/*', '/v2/*'] }, ['GET /v1/a', 'GET /v2/b/c']],
    ['but what is excluded', { include: ['/v1/*'], exclude: ['POST *'] }, ['GET /v1/a']],
    ['a sample', { sample: 0.4 }, []],
    ['a larger sample', { sample: 0.6 }, ['GET /v1/a', 'POST /v1/a', 'GET /v2/b/c']],
  ])('is %s', async (_, options, requests) => {
    const recorder = await record(await answering('x'), options);
    for (const [method, path] of [
      ['GET', '/v1/a'],
      ['POST', '/v1/a'],
      ['GET', '/v2/b/c?x=/v1/'],
    ] as const)
      await ask(`${recorder.url}${path}`, { method });
    const { counts } = recorder;
    const exchanges = await recorded(recorder);
    expect(exchanges.map(({ request }) => `${request.method} ${request.target.split('?')[0]}`)).toEqual(
      requests,
    );
    expect(counts).toEqual({
      recorded: requests.length,
      passed: 3 - requests.length,
      lost: 0,
      failed: 0,
      tunnels: 0,
    });
  });

  it('never fills the disk: traffic passes, and nobody is left in doubt', async () => {
    const troubles: string[] = [];
    const recorder = await record(await answering('x'.repeat(300)), {
      recordingBytesMax: 2_000,
      onTrouble: (text) => void troubles.push(text),
    });
    for (let i = 0; i < 10; i++) expect((await ask(recorder.url)).status).toBe(200);
    const { counts } = recorder;
    const exchanges = await recorded(recorder);
    expect(statSync(out()).size).toBeLessThanOrEqual(2_000);
    expect(exchanges.length).toBeGreaterThan(0);
    expect(counts).toMatchObject({ recorded: exchanges.length, lost: 10 - exchanges.length });
    expect(troubles).toEqual([expect.stringContaining('has reached its limit of 2000 bytes')]);
  });

  it('is nothing of an exchange in which secrets cannot be looked for: it passes, and is counted', async () => {
    const unlucky = {
      ...redactionRules([]),
      isField: (path: readonly string[]) => {
        if (path.includes('unlucky')) throw new Error('a defect');
        return false;
      },
    };
    const recorder = await record(await answering('x'), { rules: unlucky });
    for (const body of ['{"unlucky":1}', '{"a":1}'])
      expect(await ask(recorder.url, { method: 'POST' }, body)).toMatchObject({ status: 200, text: 'x' });
    const exchanges = await recorded(recorder);
    expect(exchanges.map(({ request }) => request.body?.text)).toEqual(['{"a":1}']);
    expect(recorder.counts).toMatchObject({ recorded: 1, lost: 0, failed: 1 });
  });
});
