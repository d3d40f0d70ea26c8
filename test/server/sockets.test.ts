import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerWritableStream, sendUnaryData } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createGateway, type GatewayOptions, type Listener, type PropylonGateway } from '../../src/index.js';
import type { ListenOptions } from '../../src/server/listen.js';
import { type BytesBackend, startBytesBackend } from '../support/bytes-backend.js';
import { compileProtos } from '../support/compile-protos.js';
import { httpAnnotations } from '../support/http-annotations.js';
import { issueCertificate } from '../support/x509.js';

/** What happens between a socket and a request, and between the last answer and the end. */

const proto = `syntax = "proto3";
package t;
import "google/api/annotations.proto";
service T {
  rpc Unary(M) returns (M) { option (google.api.http) = { post: "/v1/items" body: "*" }; }
  rpc Ping(M) returns (M) { option (google.api.http) = { get: "/v1/{name=items/*}" }; }
  rpc ServerStream(M) returns (stream M) { option (google.api.http) = { get: "/v1/watch" }; }
}
message M { string name = 1; }
`;
/** M { name: "a" } */
const message = Buffer.from([10, 1, 97]);

const folder = mkdtempSync(join(tmpdir(), 'propylon-sockets-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function certificateFiles(): { readonly cert: string; readonly key: string } {
  const { cert, key } = issueCertificate('server', { hosts: ['gateway.test'] });
  const files = { cert: join(folder, 'server.crt'), key: join(folder, 'server.key') };
  writeFileSync(files.cert, cert);
  writeFileSync(files.key, key);
  return files;
}

/** A value that somebody else will give. */
function later<T>(): { readonly value: Promise<T>; give(value: T): void } {
  let give: (value: T) => void = () => undefined;
  const value = new Promise<T>((resolve) => {
    give = resolve;
  });
  return { value, give };
}

/** A client of bytes: all it has received, and when a text is in it. */
class RawClient {
  readonly socket: Socket;
  readonly closed: Promise<unknown>;
  text = '';
  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.on('data', (chunk) => {
      this.text += chunk.toString('latin1');
    });
    this.socket.on('error', () => undefined);
    this.closed = once(this.socket, 'close');
  }
  send(bytes: string | Uint8Array): this {
    this.socket.write(bytes);
    return this;
  }
  async until(text: string): Promise<void> {
    while (!this.text.includes(text)) await Promise.race([once(this.socket, 'data'), this.closed]);
  }
}

describe('a listening gateway', () => {
  let image: Uint8Array;
  let backend: BytesBackend;
  let gateway: PropylonGateway;
  let listener: Listener;
  let unary: { request: Buffer; answer: sendUnaryData<Buffer> }[];
  let pings: ReturnType<typeof later<sendUnaryData<Buffer>>>;
  let streams: ReturnType<typeof later<ServerWritableStream<Buffer, Buffer>>>;
  let holdPings: boolean;

  beforeAll(() => {
    image = compileProtos({ ...httpAnnotations(), 't.proto': proto });
  });
  beforeEach(async () => {
    unary = [];
    pings = later();
    streams = later();
    holdPings = false;
    backend = await startBytesBackend({
      Unary: (call, answer) => {
        unary.push({ request: call.request, answer });
        answer(null, call.request);
      },
      Ping: (call, answer) => (holdPings ? pings.give(answer) : answer(null, call.request)),
      ServerStream: (call) => {
        call.write(message);
        streams.give(call);
      },
    });
  });
  afterEach(async () => {
    await listener?.close();
    await gateway?.close();
    backend?.close();
  });

  async function start(options: GatewayOptions = {}, where: ListenOptions = {}): Promise<void> {
    gateway = await createGateway({
      sources: [{ label: 'test', load: async () => image }],
      backends: [{ selector: '*', target: `127.0.0.1:${backend.port}` }],
      ...options,
    });
    listener = await gateway.listen({ host: '127.0.0.1', port: 0, adminPort: 0, ...where });
  }
  const url = (path: string): string => `http://127.0.0.1:${listener.port}${path}`;
  const adminUrl = (path: string): string => `http://127.0.0.1:${listener.adminPort}${path}`;
  const client = (): RawClient => new RawClient(listener.port);

  it.each([
    ['no Host', 'GET /v1/items/a HTTP/1.1\r\n\r\n', 400],
    ['two Hosts', 'GET /v1/items/a HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n', 400],
    ['an expectation nobody knows', 'GET /v1/items/a HTTP/1.1\r\nhost: a\r\nexpect: rain\r\n\r\n', 417],
  ])('answers %s with a status body, and closes', async (_, bytes, httpStatus) => {
    await start();
    const raw = client().send(bytes);
    await raw.closed;
    expect(raw.text).toMatch(new RegExp(`^HTTP/1\\.1 ${httpStatus} `));
    expect(JSON.parse(raw.text.slice(raw.text.indexOf('\r\n\r\n')))).toMatchObject({
      code: 3,
      details: [{ domain: 'propylon' }],
    });
  });

  it.each<[string, string, () => ListenOptions]>([
    ['nothing', '', () => ({})],
    ['the beginning of HTTP/2', 'PR', () => ({})],
    ['no handshake', '', () => ({ tls: certificateFiles() })],
    ['no header of the PROXY protocol', 'PROX', () => ({ proxyProtocolFrom: ['loopback'] })],
    ['nothing behind it', 'PROXY UNKNOWN\r\n', () => ({ proxyProtocolFrom: ['loopback'] })],
  ])(
    'lets go at once of a connection that ends with %s',
    async (_, bytes, where) => {
      await start({}, where());
      const raw = client();
      raw.socket.end(bytes);
      await raw.closed;
      expect(raw.text).toBe('');
      // Half of the time in which a head or a handshake has to come.
    },
    5_000,
  );

  it('serves HTTP/1.0 without a Host', async () => {
    await start();
    const raw = client().send('GET /v1/items/a HTTP/1.0\r\n\r\n');
    await raw.closed;
    expect(raw.text).toMatch(/^HTTP\/1\.1 200 [\s\S]*\{"name":"items\/a"\}$/);
  });

  it('asks for a body with 100 Continue only when it will read it', async () => {
    await start();
    const head =
      'POST /v1/items HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\nexpect: 100-continue\r\n';
    const refused = client().send(`${head}content-length: 99999999\r\n\r\n`);
    await refused.closed;
    expect(refused.text).toMatch(/^HTTP\/1\.1 413 /);
    const read = client().send(`${head}connection: close\r\ncontent-length: 12\r\n\r\n`);
    await read.until('100 Continue\r\n\r\n');
    read.send('{"name":"a"}');
    await read.closed;
    expect(read.text).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
  });

  it('a refusal reaches a client that is still sending', async () => {
    await start();
    const raw = client().send(
      'POST /v1/items HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 8000000\r\n\r\n',
    );
    for (let sent = 0; sent < 8_000_000; sent += 80_000) raw.send(Buffer.alloc(80_000, 97));
    await raw.closed;
    expect(raw.text).toMatch(/^HTTP\/1\.1 413 [\s\S]*BODY_TOO_LARGE/);
    expect(unary).toEqual([]);
  });

  it('bytes that are no request cut an answer under way, and never become a part of it', async () => {
    await start();
    const raw = client().send('GET /v1/watch HTTP/1.1\r\nhost: a\r\naccept: application/x-ndjson\r\n\r\n');
    await raw.until('{"name":"a"}');
    raw.send('no request\r\n\r\n');
    await raw.closed;
    expect(raw.text.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(raw.text).not.toMatch(/0\r\n\r\n$/);
  });

  it('a stream that fails midway says so and ends without a final chunk', async () => {
    await start();
    const raw = client().send('GET /v1/watch HTTP/1.1\r\nhost: a\r\naccept: application/x-ndjson\r\n\r\n');
    (await streams.value).emit('error', { code: 13, details: 'broken' });
    await raw.closed;
    expect(raw.text).toMatch(/\{"name":"a"\}[\s\S]*"code":13,"message":"broken"/);
    expect(raw.text).not.toMatch(/0\r\n\r\n$/);
  });

  it('a client that takes nothing loses its connection, and the backend its call', async () => {
    await start({ limits: { streamIdleTimeoutMs: 200, drainTimeoutMs: 600_000 } });
    backend.close();
    const cancelled = later<void>();
    backend = await startBytesBackend(
      {
        ServerStream: (call) => {
          const big = Buffer.concat([Buffer.from([10, 0x80, 0x80, 0x3c]), Buffer.alloc(983_040, 97)]);
          const flood = (): void => {
            while (!call.cancelled && call.write(big));
          };
          call.on('drain', flood);
          call.on('cancelled', () => cancelled.give());
          flood();
        },
      },
      backend.port,
    );
    const raw = client();
    raw.socket.pause();
    raw.send('GET /v1/watch HTTP/1.1\r\nhost: a\r\naccept: application/x-ndjson\r\n\r\n');
    await cancelled.value;
    // Only a connection that is gone lets this resolve while its client still reads nothing.
    await listener.close();
    raw.socket.destroy();
  });

  it('a client of HTTP/1.0, for which the end of the connection is the end of the body, gets a reset after an error', async () => {
    await start();
    const raw = client().send('GET /v1/watch HTTP/1.0\r\n\r\n');
    const broken = once(raw.socket, 'error');
    await raw.until('{"name":"a"}');
    (await streams.value).emit('error', { code: 13, details: 'broken' });
    expect(await broken).toMatchObject([{ code: 'ECONNRESET' }]);
    expect(raw.text).toMatch(/\{"name":"a"\}\n\{"error":\{"code":13,"message":"broken"\}\}\n$/);
  });

  it('HEAD and OPTIONS answer without a body', async () => {
    await start();
    const head = await fetch(url('/v1/items/a'), { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '18', '']);
    const options = await fetch(url('/v1/items/a'), { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS']);
  });

  it('hand-written middleware stands before the bindings, however the path is written', async () => {
    await start({
      routes: (app) => {
        app.use('/v1/items/*', async (c, next) => {
          if (c.req.header('authorization') === undefined) return c.text('who?', 401);
          return next();
        });
      },
    });
    for (const path of ['/v1/items/a', '/v1/%69tems/a', 'http://a/v1/items/a']) {
      const raw = client().send(`GET ${path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`);
      await raw.closed;
      expect(raw.text, path).toMatch(/^HTTP\/1\.1 401 /);
    }
    for (const path of ['/v1\\items/a', '/x/../v1/items/a', '//v1/items/a']) {
      const raw = client().send(`GET ${path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`);
      await raw.closed;
      expect(raw.text, path).toMatch(/^HTTP\/1\.1 4\d\d /);
    }
    expect((await fetch(url('/v1/items/a'), { headers: { authorization: 'me' } })).status).toBe(200);
  });

  describe('that closes', () => {
    it('lets a unary call finish, and tells operators that it is not ready', async () => {
      holdPings = true;
      await start();
      const answer = fetch(url('/v1/items/a'));
      const answerPing = await pings.value;
      const closed = listener.close();
      expect((await fetch(adminUrl('/readyz'))).status).toBe(503);
      expect((await fetch(adminUrl('/livez'))).status).toBe(200);
      await expect(fetch(url('/v1/items/b'))).rejects.toThrow();
      answerPing(null, message);
      expect(await (await answer).json()).toEqual({ name: 'a' });
      await closed;
    });

    it('lets a hand-written route finish', async () => {
      const [arrived, go] = [later<void>(), later<void>()];
      await start({
        routes: (app) => {
          app.get('/page', async (c) => {
            arrived.give();
            await go.value;
            return c.text('a page');
          });
        },
      });
      const answer = fetch(url('/page'));
      await arrived.value;
      const closed = listener.close();
      go.give();
      expect(await (await answer).text()).toBe('a page');
      await closed;
    });

    it('lets a download finish', async () => {
      await start({ limits: { drainTimeoutMs: 600_000 } });
      const raw = client().send('GET /v1/watch HTTP/1.1\r\nhost: a\r\naccept: application/json\r\n\r\n');
      await raw.until('{"name":"a"}');
      const closed = listener.close();
      const call = await streams.value;
      call.write(message);
      call.end();
      await closed;
      await raw.closed;
      expect(raw.text).toMatch(/,\{"name":"a"\}\r\n1\r\n\]\r\n0\r\n\r\n$/);
    });

    it('sends an EventSource away at once, to come back elsewhere', async () => {
      await start({ limits: { drainTimeoutMs: 600_000 } });
      const raw = client().send('GET /v1/watch HTTP/1.1\r\nhost: a\r\naccept: text/event-stream\r\n\r\n');
      await raw.until('{"name":"a"}');
      await listener.close();
      await raw.closed;
      expect(raw.text).toMatch(/retry: \d+\nevent: error\ndata: \{.*"reason":"SHUTTING_DOWN"/);
      expect(raw.text).toMatch(/\r\n0\r\n\r\n$/);
    });

    it('when the time is up ends streams with an error of their own format, and cuts them', async () => {
      await start({ limits: { drainTimeoutMs: 100 } });
      const raw = client().send('GET /v1/watch HTTP/1.1\r\nhost: a\r\naccept: application/x-ndjson\r\n\r\n');
      await raw.until('{"name":"a"}');
      await listener.close();
      await raw.closed;
      expect(raw.text).toMatch(/"reason":"SHUTTING_DOWN"/);
      expect(raw.text).not.toMatch(/0\r\n\r\n$/);
    });

    it('cuts what is not done within the limit', async () => {
      holdPings = true;
      await start({ limits: { drainTimeoutMs: 50 } });
      const answer = fetch(url('/v1/items/a'));
      await pings.value;
      await Promise.all([listener.close(), expect(answer).rejects.toThrow()]);
    });
  });
});
