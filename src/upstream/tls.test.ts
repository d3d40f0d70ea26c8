import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createSecureServer, createServer, type SecureServerOptions } from 'node:http2';
import type { AddressInfo, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { issueCertificate, type TestCertificate } from '../../test/support/x509.js';
import { systemClock } from '../clock.js';
import { Code, type Outcome } from '../status/index.js';
import { createGrpcJsTransport } from './grpcjs/transport.js';
import { createHttp2Transport } from './http2/transport.js';
import type { UpstreamTls } from './options.js';
import type { EndpointTransport } from './transport.js';

const folder = mkdtempSync(join(tmpdir(), 'propylon-tls-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const authority = issueCertificate('authority', { isAuthority: true });
const stranger = issueCertificate('stranger', { isAuthority: true });
const serverName = 'backend.test';
const server = issueCertificate('server', { issuer: authority, hosts: [serverName] });
const gateway = issueCertificate('gateway', { issuer: authority });

const ca = file('ca.pem', authority.cert);
const own = { cert: file('gateway.pem', gateway.cert), key: file('gateway.key', gateway.key) };

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Backend {
  readonly port: number;
  /** Names in the certificates that clients have shown, one for each connection. */
  readonly clients: (string | undefined)[];
  /** Ends all connections. */
  cut(): void;
}

/** A gRPC server that answers everything with "fine". */
async function backend(options: SecureServerOptions | undefined): Promise<Backend> {
  const clients: (string | undefined)[] = [];
  const sockets = new Set<Socket>();
  const listener: Server = options === undefined ? createServer() : createSecureServer(options);
  listener.on('connection', (socket: Socket) => sockets.add(socket));
  listener.on('secureConnection', (socket: TLSSocket) => {
    const name = socket.getPeerCertificate().subject?.CN;
    clients.push(name === undefined ? undefined : String(name));
  });
  listener.on('stream', (stream) => {
    stream.on('error', () => {});
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(Buffer.from('\0\0\0\0\x04fine', 'latin1'));
  });
  for (const event of ['sessionError', 'tlsClientError', 'error']) listener.on(event, () => {});
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  cleanups.push(() => {
    cut();
    listener.close();
  });
  return { port: (listener.address() as AddressInfo).port, clients, cut };
}

const secure = (certificate: TestCertificate): SecureServerOptions => ({
  cert: certificate.cert,
  key: certificate.key,
});
const mutual: SecureServerOptions = {
  ...secure(server),
  ca: authority.cert,
  requestCert: true,
  rejectUnauthorized: true,
};

type Create = (port: number, tls: UpstreamTls | undefined) => EndpointTransport;

function call(transport: EndpointTransport): Promise<Outcome> {
  const deadline = systemClock.now() + 10_000;
  const { signal } = new AbortController();
  const request = { path: '/t.T/Get', metadata: [], deadline, signal, responseMessageBytesMax: 1_000 };
  return transport.unary(request, new Uint8Array());
}

function at(port: number) {
  return { kind: 'host', text: `127.0.0.1:${port}`, endpoint: { host: '127.0.0.1', port } } as const;
}

describe.each<[string, Create]>([
  ['http2', (port, tls) => createHttp2Transport(at(port), { tls, connectTimeoutMs: 5_000 })],
  ['grpc-js', (port, tls) => createGrpcJsTransport(at(port), { tls, connectTimeoutMs: 5_000 })],
])('TLS on the %s transport', (_, create) => {
  function connect(port: number, tls: UpstreamTls | undefined): EndpointTransport {
    const transport = create(port, tls);
    cleanups.push(() => transport.close());
    return transport;
  }

  it.each<[string, SecureServerOptions, UpstreamTls, string | undefined]>([
    ['a server of our authority', secure(server), { ca, serverName }, undefined],
    ['mTLS', mutual, { ca, serverName, ...own }, 'gateway'],
  ])('connects: %s', async (_, options, tls, client) => {
    const { port, clients } = await backend(options);
    const outcome = await call(connect(port, tls));
    expect([outcome.status.code, outcome.message?.toString()]).toEqual([Code.OK, 'fine']);
    expect(clients).toEqual([client]);
  });

  it.each<[string, SecureServerOptions | undefined, UpstreamTls | undefined]>([
    [
      'a server of another authority',
      secure(server),
      { ca: file('stranger.pem', stranger.cert), serverName },
    ],
    ['an authority that Node does not know', secure(server), { serverName }],
    ['a server of another name', secure(server), { ca, serverName: 'other.test' }],
    ['a server that is asked for by address', secure(server), { ca }],
    [
      'a certificate of its own signing',
      secure(issueCertificate(serverName, { hosts: [serverName] })),
      { ca, serverName },
    ],
    ['mTLS without a certificate', mutual, { ca, serverName }],
    [
      'mTLS with a certificate of another authority',
      mutual,
      (() => {
        const other = issueCertificate('gateway', { issuer: stranger });
        return { ca, serverName, cert: file('other.pem', other.cert), key: file('other.key', other.key) };
      })(),
    ],
    ['a server without TLS', undefined, { ca, serverName }],
    ['a server with TLS, without asking for it', secure(server), undefined],
    ['files that are not there', secure(server), { ca: join(folder, 'nowhere.pem'), serverName }],
    [
      'files that are no certificates',
      secure(server),
      { ca, serverName, cert: file('no.pem', 'x'), key: file('no.key', 'y') },
    ],
  ])('refuses: %s', async (_, options, tls) => {
    const { port } = await backend(options);
    const outcome = await call(connect(port, tls));
    expect([outcome.status.code, outcome.localReason]).toEqual([Code.UNAVAILABLE, 'UPSTREAM_UNAVAILABLE']);
    expect(outcome.status.message).toMatch(/^[A-Z][A-Za-z ]+\.$/);
  });
});

describe('certificates that change on disk', () => {
  const renewed = { cert: join(folder, 'renewed.pem'), key: join(folder, 'renewed.key') };
  function show(cert: string, key: string): void {
    writeFileSync(renewed.cert, cert);
    writeFileSync(renewed.key, key);
  }

  it('are shown by the next connection; half of a change is not', async () => {
    const next = issueCertificate('next', { issuer: authority });
    let skippedMs = 0;
    const clock = { ...systemClock, now: () => systemClock.now() + skippedMs };
    show(gateway.cert, gateway.key);
    const { port, clients, cut } = await backend(mutual);
    const backoff = { initialMs: 1, maxMs: 1 };
    const transport = createHttp2Transport(at(port), { tls: { ca, serverName, ...renewed }, clock, backoff });
    cleanups.push(() => transport.close());
    const reconnect = async (): Promise<void> => {
      cut();
      while (transport.connectivity() === 'ready') await new Promise((resolve) => setImmediate(resolve));
      skippedMs += 2_000;
      expect((await call(transport)).status.code).toBe(Code.OK);
    };
    expect((await call(transport)).status.code).toBe(Code.OK);
    show(next.cert, gateway.key);
    await reconnect();
    show(next.cert, next.key);
    await reconnect();
    rmSync(renewed.key);
    await reconnect();
    expect(clients).toEqual(['gateway', 'gateway', 'next', 'next']);
  });
});

it('without ALPN "h2" there is no connection', async () => {
  const listener = createTlsServer({ ...secure(server), ALPNProtocols: ['http/1.1'] }, (socket) => {
    socket.on('error', () => {});
    socket.end('HTTP/1.1 200 OK\r\n\r\n');
  });
  listener.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => listener.close());
  const { port } = listener.address() as AddressInfo;
  const transport = createHttp2Transport(at(port), { tls: { ca, serverName } });
  cleanups.push(() => transport.close());
  const outcome = await call(transport);
  expect([outcome.status.code, outcome.localReason]).toEqual([Code.UNAVAILABLE, 'UPSTREAM_UNAVAILABLE']);
});
