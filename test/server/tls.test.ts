import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { type ClientHttp2Stream, connect as connectHttp2 } from 'node:http2';
import { request } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { Hono } from 'hono';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createGateResources, createTrustedProxies } from '../../src/gate/index.js';
import type { Exchange, Gateway, Reply } from '../../src/gateway/index.js';
import { DiagnosticsError, defaultLimits, type Listener } from '../../src/index.js';
import { listen } from '../../src/server/listen.js';
import { securityHeaders } from '../../src/server/security-headers.js';
import type { ListenTls } from '../../src/server/tls.js';
import { createRecorder } from '../../src/telemetry/index.js';
import { createChannels } from '../../src/upstream/index.js';
import { type EchoGateway, messageOf, startEchoGateway } from '../support/echo-gateway.js';
import { handClock } from '../support/hand-clock.js';
import { sendRaw } from '../support/raw-http.js';
import { type CertificateOptions, issueCertificate, type TestCertificate } from '../support/x509.js';

/** HTTPS: HTTP/1.1, HTTP/2 and WebSockets on one port, and who shows which certificate. */

const folder = mkdtempSync(join(tmpdir(), 'propylon-tls-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const authority = issueCertificate('authority', { isAuthority: true });
const stranger = issueCertificate('stranger', { isAuthority: true });
const issue = (name: string, options: CertificateOptions = {}): TestCertificate =>
  issueCertificate(name, { issuer: authority, ...options });
const ann = issue('ann');

/** Writes a certificate where a listener reads it. */
function files(certificate: TestCertificate): { readonly cert: string; readonly key: string } {
  const paths = { cert: join(folder, 'server.crt'), key: join(folder, 'server.key') };
  writeFileSync(paths.cert, certificate.cert);
  writeFileSync(paths.key, certificate.key);
  return paths;
}

function clientCa(): string {
  const path = join(folder, 'clients.crt');
  writeFileSync(path, authority.cert);
  return path;
}

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

describe('a listener', () => {
  const clock = handClock();
  let listener: Listener;

  /** Says of each request how it came. */
  const mirror: Pick<Gateway, 'tryHandle' | 'openSocket' | 'drain' | 'cut'> = {
    tryHandle: async (exchange) => answer(exchange),
    openSocket: async (exchange) => answer(exchange),
    drain: () => undefined,
    cut: () => undefined,
  };

  function answer({ scheme, peerCertificate, peerAddress }: Exchange): Reply {
    expect(peerAddress).toBe('127.0.0.1');
    const client = peerCertificate && new X509Certificate(peerCertificate.raw).subject;
    return { httpStatus: 200, headers: [], body: Buffer.from(`${scheme} ${client ?? 'nobody'}`) };
  }

  async function start(tls: Partial<ListenTls> = {}, limits = {}): Promise<void> {
    const server = issue('server', { hosts: ['gateway.test'] });
    listener = await listen(
      {
        core: mirror as Gateway,
        app: { app: new Hono(), isAlone: true, isHandWritten: () => false },
        current: {
          limits: { ...defaultLimits, ...limits },
          gate: createGateResources(
            {},
            { clock, random: Math.random, limits: defaultLimits, warn: () => undefined },
          ),
          channels: createChannels(() => {
            throw new Error('no backends');
          }),
          upstreams: [],
          effective: undefined,
          webSocketOrigins: [],
          security: securityHeaders({}, createTrustedProxies()),
        },
        clock,
        recorder: createRecorder(clock),
        explain: () => Promise.reject(new Error('not here')),
        readiness: {},
        logLevels: undefined,
        reload: async () => ({ kind: 'unchanged', generation: 1, diagnostics: [] }),
      },
      { host: '127.0.0.1', port: 0, adminPort: 0, tls: { ...files(server), ...tls } },
    );
    cleanups.push(() => listener.close());
  }

  const trusting = { ca: authority.cert, servername: 'gateway.test' };

  async function overHttp1(options: ConnectionOptions, headers = {}): Promise<string> {
    const sent = request({ host: '127.0.0.1', port: listener.port, agent: false, headers, ...options });
    sent.end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of response) text += chunk;
    return text;
  }

  function closedWith(stream: ClientHttp2Stream): AbortSignal {
    const closed = new AbortController();
    stream.once('close', () => closed.abort());
    return closed.signal;
  }

  async function overHttp2(options: ConnectionOptions): Promise<string> {
    const session = connectHttp2(`https://127.0.0.1:${listener.port}`, options);
    const failed = once(session, 'error').then(([error]) => Promise.reject(error));
    const stream = session.request({ ':path': '/' });
    const read = async (): Promise<string> => {
      // Rejects when the stream is closed without one.
      await once(stream, 'response', { signal: closedWith(stream) });
      let text = '';
      for await (const chunk of stream) text += chunk;
      return text;
    };
    try {
      return await Promise.race([read(), failed]);
    } finally {
      failed.catch(() => undefined);
      session.destroy();
    }
  }

  const overWebSocket = (options: ConnectionOptions): Promise<string> =>
    overHttp1(options, {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    });

  const ways = [
    ['HTTP/1.1', overHttp1],
    ['HTTP/2', overHttp2],
    ['a WebSocket', overWebSocket],
  ] as const;

  describe.each(ways)('over %s', (_name, ask) => {
    it('serves, without a certificate of the client', async () => {
      await start();
      expect(await ask(trusting)).toBe('https nobody');
      expect(await ask({ ...trusting, cert: ann.cert, key: ann.key })).toBe('https nobody');
    });

    it.each(['require', 'request', undefined] as const)(
      'knows who has shown a good one: %s',
      async (wish) => {
        await start({ clientCa: clientCa(), clientCertificate: wish });
        expect(await ask({ ...trusting, cert: ann.cert, key: ann.key })).toBe('https CN=ann');
      },
    );

    it('serves who shows none where that is not required', async () => {
      await start({ clientCa: clientCa(), clientCertificate: 'request' });
      expect(await ask(trusting)).toBe('https nobody');
    });

    it.each([
      ['of another authority', issue('mallory', { issuer: stranger })],
      ['of nobody but its owner', issueCertificate('mallory')],
      ['in the name of the authority', issue('mallory', { issuer: { ...stranger, name: authority.name } })],
      ['that has expired', issue('late', { isExpired: true })],
      ['that is for servers only', issue('other-server', { usage: 'server' })],
    ])('serves nobody with a certificate %s', async (_what, { cert, key }) => {
      for (const clientCertificate of ['require', 'request'] as const) {
        await start({ clientCa: clientCa(), clientCertificate });
        await expect(ask({ ...trusting, cert, key })).rejects.toThrow();
      }
    });

    it('serves nobody without a certificate where one is required', async () => {
      await start({ clientCa: clientCa() });
      await expect(ask(trusting)).rejects.toThrow();
    });
  });

  it('knows the client of a resumed session', async () => {
    await start({ clientCa: clientCa() });
    const options = { ...trusting, cert: ann.cert, key: ann.key };
    const first = connect({ host: '127.0.0.1', port: listener.port, ...options });
    const [session] = await once(first, 'session');
    first.destroy();
    const second = connect({ host: '127.0.0.1', port: listener.port, ...options, session });
    await once(second, 'secureConnect');
    expect(second.isSessionReused()).toBe(true);
    second.write('GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
    let text = '';
    for await (const chunk of second) text += chunk;
    expect(text).toContain('https CN=ann\r\n');
  });

  it('speaks the version it is told to', async () => {
    await start({ minVersion: 'TLSv1.3' });
    await expect(overHttp1({ ...trusting, maxVersion: 'TLSv1.2' })).rejects.toThrow(/protocol version/);
    await start();
    expect(await overHttp1({ ...trusting, maxVersion: 'TLSv1.2' })).toBe('https nobody');
    await expect(
      overHttp1({ ...trusting, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
    ).rejects.toThrow(/protocol version/);
  });

  it('refuses protocols that it does not speak (RFC 7301 §3.2)', async () => {
    await start();
    await expect(overHttp1({ ...trusting, ALPNProtocols: ['spdy/3'] })).rejects.toThrow(
      /no application protocol/,
    );
  });

  /** The name that a listener shows. */
  async function shownName(): Promise<string> {
    const socket = connect({ host: '127.0.0.1', port: listener.port, ...trusting });
    await once(socket, 'secureConnect');
    const { subject } = socket.getPeerX509Certificate() ?? { subject: 'none' };
    socket.destroy();
    return subject;
  }

  it('uses what was renewed on disk from the next connection on, and bad files not at all', async () => {
    await start();
    const open = connect({ host: '127.0.0.1', port: listener.port, ...trusting });
    await once(open, 'secureConnect');
    expect(await shownName()).toBe('CN=server');
    files(issue('renewed', { hosts: ['gateway.test'] }));
    clock.moveTo(clock.now() + 1_000);
    expect(await shownName()).toBe('CN=renewed');

    const next = issue('next', { hosts: ['gateway.test'] });
    files({ ...next, key: ann.key });
    clock.moveTo(clock.now() + 1_000);
    expect(await shownName()).toBe('CN=renewed');
    files(next);
    clock.moveTo(clock.now() + 1_000);
    expect(await shownName()).toBe('CN=next');
    // What is open stays so.
    open.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    expect(String((await once(open, 'data'))[0])).toContain('https nobody\r\n');
    open.destroy();
  });

  it("takes another authority's clients from the next connection on, in resumed sessions too", async () => {
    await start({ clientCa: clientCa() });
    const options = { ...trusting, cert: ann.cert, key: ann.key };
    const first = connect({ host: '127.0.0.1', port: listener.port, ...options });
    const [session] = await once(first, 'session');
    first.destroy();
    writeFileSync(join(folder, 'clients.crt'), stranger.cert);
    clock.moveTo(clock.now() + 1_000);
    await expect(overHttp1({ ...options, session })).rejects.toThrow();
    const bob = issue('bob', { issuer: stranger });
    expect(await overHttp1({ ...trusting, cert: bob.cert, key: bob.key })).toBe('https CN=bob');
  });

  it.each([
    ['nothing', ''],
    ['half a handshake', '\x16\x03\x01\x02\x00\x01'],
  ])('cuts a connection on which %s comes, when the time for it is over', async (_what, bytes) => {
    await start({}, { tlsHandshakeTimeoutMs: 50 });
    const socket = connectPlain(listener.port, '127.0.0.1');
    if (bytes !== '') socket.write(bytes, 'latin1');
    socket.resume();
    await once(socket, 'close');
  });

  it('closes at once with handshakes under way', async () => {
    await start();
    const socket = connectPlain(listener.port, '127.0.0.1');
    socket.on('error', () => undefined).resume();
    const closed = once(socket, 'close');
    socket.write('\x16\x03\x01\x02\x00\x01', 'latin1');
    await overHttp1(trusting);
    await listener.close();
    await closed;
  });

  it.each([
    ['a file that is not there', { key: join(folder, 'none.key') }, /none\.key/],
    ['a key of another certificate', { key: join(folder, 'other.key') }, /key values mismatch/],
    [
      'certificates of clients without their authority',
      { clientCertificate: 'request' as const },
      /clientCa/,
    ],
  ])('does not open with %s', async (_what, tls, problem) => {
    writeFileSync(join(folder, 'other.key'), ann.key);
    const error = await start(tls).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DiagnosticsError);
    expect(String(error)).toMatch(problem);
  });
});

describe('a gateway', () => {
  let echo: EchoGateway;
  const forwarded: unknown[] = [];
  const trusting = { ca: authority.cert, servername: 'gateway.test' };
  beforeAll(async () => {
    echo = await startEchoGateway(
      {
        limits: { streamHeadersFlushMs: 10 },
        routes: (app) => void app.get('/own', (c) => c.text(new URL(c.req.url).protocol)),
      },
      {
        Unary(call, callback) {
          forwarded.push(call.metadata.get('x-forwarded-proto')[0]);
          callback(null, call.request);
        },
        ServerStream(call) {
          call.write(Buffer.from(messageOf({ name: 'n' })));
          if (call.request.includes('fail')) call.emit('error', { code: 14, details: 'gone' });
          else call.end();
        },
      },
      { tls: files(issue('server', { hosts: ['gateway.test'] })) },
    );
  });
  afterAll(() => echo?.close());

  /** All that comes back on a connection, and whether it ended as TLS ends (close_notify). */
  async function raw(bytes: string): Promise<string> {
    const socket: TLSSocket = connect({ host: '127.0.0.1', port: echo.port, ...trusting });
    socket.write(bytes);
    let text = '';
    for await (const chunk of socket) text += chunk;
    return text;
  }

  it('tells backends that the client came by https', async () => {
    forwarded.length = 0;
    await raw(
      'GET /v1/echo?name=n HTTP/1.1\r\nhost: a\r\nx-forwarded-proto: http\r\nconnection: close\r\n\r\n',
    );
    expect(forwarded).toEqual(['https']);
  });

  it('serves hand-written routes', async () => {
    expect(await raw('GET /own HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n')).toMatch(/https:$/);
  });

  it('cuts a stream that has failed', async () => {
    const head = 'host: a\r\nconnection: close\r\n\r\n';
    const chunked = await raw(`GET /v1/stream?text=fail HTTP/1.1\r\n${head}`);
    expect(chunked).toMatch(/"message":"gone"/);
    expect(chunked).not.toMatch(/0\r\n\r\n$/);
    expect(await raw('GET /v1/stream?text=fail HTTP/1.0\r\n\r\n')).toMatch(/"message":"gone"/);
  });

  it('talks over WebSockets', async () => {
    const socket = new WebSocket(`wss://127.0.0.1:${echo.port}/v1/talk/ann`, { ...trusting });
    await once(socket, 'open');
    socket.send('{"text":"a"}');
    expect(String((await once(socket, 'message'))[0])).toBe('{"name":"ann","text":"a"}');
    socket.terminate();
  });

  it.each([
    ['HTTP/1.1', 'GET /v1/echo HTTP/1.1\r\nhost: a\r\n\r\n'],
    ['HTTP/1.1 with a long body', `POST /v1/echo HTTP/1.1\r\nhost: a\r\n\r\n${'x'.repeat(1_000_000)}`],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['nothing known', '\0\0\0'],
  ])('says to who comes without TLS that it takes no other: %s', async (_what, bytes) => {
    const { statuses, text, closed } = await sendRaw(echo.port, bytes, 5_000);
    expect([statuses, closed]).toEqual([[400], true]);
    expect(JSON.parse(text.slice(text.indexOf('\r\n\r\n')))).toMatchObject({
      code: 3,
      message: 'This port takes HTTPS, and the request came without TLS.',
    });
  });
});
