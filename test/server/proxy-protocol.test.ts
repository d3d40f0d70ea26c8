import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { Hono } from 'hono';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { createGateResources, createTrustedProxies } from '../../src/gate/index.js';
import type { Exchange, Gateway } from '../../src/gateway/index.js';
import { DiagnosticsError, defaultLimits, type Listener } from '../../src/index.js';
import { type ListenOptions, listen } from '../../src/server/listen.js';
import { securityHeaders } from '../../src/server/security-headers.js';
import { createRecorder } from '../../src/telemetry/index.js';
import { createChannels } from '../../src/upstream/index.js';
import { startEchoGateway } from '../support/echo-gateway.js';
import { freePort } from '../support/free-port.js';
import { sendRaw } from '../support/raw-http.js';
import { findServerProgram } from '../support/server-program.js';
import { issueCertificate } from '../support/x509.js';

/** Connections through proxies that say by the PROXY protocol for whom they connect. */

const folder = mkdtempSync(join(tmpdir(), 'propylon-proxy-'));
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const line = 'PROXY TCP4 203.0.113.7 198.51.100.1 5000 443\r\n';
const binary = Buffer.from('0d0a0d0a000d0a515549540a2111000ccb007107c6336401138801bb', 'hex');
const local = Buffer.from('0d0a0d0a000d0a515549540a20000000', 'hex');
const get = 'GET /who HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n';

const certificate = issueCertificate('server', { hosts: ['gateway.test'] });
const tls = { cert: join(folder, 'server.crt'), key: join(folder, 'server.key') };
writeFileSync(tls.cert, certificate.cert);
writeFileSync(tls.key, certificate.key);

/** Tells each client whom the gateway takes for its peer, and for the client behind the proxies that it trusts. */
async function start(options: ListenOptions): Promise<Listener> {
  const proxies = createTrustedProxies(['203.0.113.7']);
  const told = (exchange: Exchange): string =>
    `peer ${exchange.peerAddress} client ${proxies.clientAddress(exchange)}`;
  const core: Pick<Gateway, 'tryHandle' | 'drain' | 'cut'> = {
    tryHandle: async (exchange) => ({ httpStatus: 200, headers: [], body: Buffer.from(told(exchange)) }),
    drain: () => undefined,
    cut: () => undefined,
  };
  const limits = { ...defaultLimits, requestHeadTimeoutMs: 300 };
  const host = { clock: systemClock, random: Math.random, limits, warn: () => undefined };
  const listener = await listen(
    {
      core: core as Gateway,
      app: { app: new Hono(), isAlone: true, isHandWritten: () => false },
      current: {
        limits,
        gate: createGateResources({}, host),
        channels: createChannels(() => {
          throw new Error('no backends');
        }),
        upstreams: [],
        effective: undefined,
        webSocketOrigins: [],
        security: securityHeaders({}, proxies),
      },
      clock: systemClock,
      recorder: createRecorder(systemClock),
      explain: () => Promise.reject(new Error('not here')),
      readiness: {},
      logLevels: undefined,
      reload: async () => ({ kind: 'unchanged', generation: 1, diagnostics: [] }),
    },
    { host: '127.0.0.1', port: 0, adminPort: 0, ...options },
  );
  closers.push(() => listener.close());
  return listener;
}

const listed = { proxyProtocolFrom: ['loopback'] };

function open(port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  return socket;
}

/** All that comes until the end. */
async function textOf(stream: Duplex): Promise<string> {
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  await once(stream, 'close');
  return text;
}

describe('a connection of a listed proxy', () => {
  it.each<[string, string | Buffer, string]>([
    ['a line', line, 'peer 203.0.113.7'],
    ['a binary header', binary, 'peer 203.0.113.7'],
    ['a header of the proxy itself', local, 'peer 127.0.0.1'],
  ])('begins with %s, cut anywhere, and is of whom it names', async (_, header, peer) => {
    const { port } = await start(listed);
    const bytes = Buffer.concat([Buffer.from(header), Buffer.from(get)]);
    // Around the end of the header and before it; the parser has a test for each byte.
    const cuts = [1, 5, 12, 13, 15, header.length - 1, header.length, header.length + 1];
    const answers = cuts.map(async (cut) => {
      const socket = open(port);
      const text = textOf(socket);
      socket.setNoDelay(true).write(bytes.subarray(0, cut));
      await new Promise((resolve) => setImmediate(resolve));
      socket.write(bytes.subarray(cut));
      return text;
    });
    for (const answer of await Promise.all(answers)) expect(answer).toContain(peer);
  });

  it('counts as a hop before what X-Forwarded-For says', async () => {
    const { port } = await start(listed);
    const socket = open(port);
    socket.write(`${line}${get.replace('host', 'x-forwarded-for: 192.0.2.1\r\nhost')}`);
    expect(await textOf(socket)).toContain('peer 203.0.113.7 client 192.0.2.1');
  });

  it('goes on as TLS', async () => {
    const { port } = await start({ ...listed, tls });
    const socket = open(port);
    socket.write(binary);
    const secure = connectTls({ socket, servername: 'gateway.test', rejectUnauthorized: false });
    secure.write(get);
    expect(await textOf(secure)).toContain('peer 203.0.113.7');
  });

  it.each(['h2c', 'h2'])('goes on as HTTP/2 (%s)', async (protocol) => {
    const { port } = await start(protocol === 'h2' ? { ...listed, tls } : listed);
    const socket = open(port);
    socket.write(line);
    const session = connectHttp2(protocol === 'h2' ? 'https://gateway.test' : 'http://gateway.test', {
      createConnection: () =>
        protocol === 'h2'
          ? connectTls({
              socket,
              servername: 'gateway.test',
              rejectUnauthorized: false,
              ALPNProtocols: ['h2'],
            })
          : socket,
    });
    const text = await textOf(session.request({ ':path': '/who' }));
    session.close();
    expect(text).toContain('peer 203.0.113.7');
  });

  it.each<[string, string | Buffer]>([
    ['no header', get],
    ['a header that is none', `PROXY TCP4 203.0.113.7\r\n${get}`],
    ['half a header, and then nothing', line.slice(0, 20)],
    ['nothing at all', ''],
  ])('with %s is closed without an answer, and costs nobody else anything', async (_, bytes) => {
    const { port } = await start(listed);
    const socket = open(port);
    const text = textOf(socket);
    socket.write(bytes);
    const other = open(port);
    other.write(`${line}${get}`);
    expect(await textOf(other)).toContain('peer 203.0.113.7');
    expect(await text).toBe('');
  });
});

describe('a connection of anybody else', () => {
  it('is what it is: HTTP', async () => {
    const { port } = await start({ proxyProtocolFrom: ['192.0.2.0/24'] });
    const socket = open(port);
    socket.write(get);
    expect(await textOf(socket)).toContain('peer 127.0.0.1');
  });

  it('is no HTTP with a header: nobody chooses an address', async () => {
    const echo = await startEchoGateway({});
    closers.push(() => echo.close());
    const answer = await sendRaw(Number(new URL(echo.url).port), `${line}${get}`);
    expect(answer.statuses).toEqual([400]);
  });
});

it('ranges that are none are refused at the start', async () => {
  await expect(start({ proxyProtocolFrom: ['10.0.0.0/99'] })).rejects.toBeInstanceOf(DiagnosticsError);
});

const nginx = findServerProgram('nginx', 'nginx, libnginx-mod-stream');
const streamModule = '/usr/lib/nginx/modules/ngx_stream_module.so';
const isWhole = existsSync(streamModule) || process.env['PROPYLON_REQUIRE_SERVERS'] !== undefined;

describe.skipIf(nginx === undefined || !isWhole)('a real nginx', () => {
  it('names its client', async () => {
    const { port } = await start(listed);
    const front = await freePort();
    const config = join(folder, 'nginx.conf');
    writeFileSync(
      config,
      `load_module ${streamModule};
daemon off;
pid ${folder}/nginx.pid;
error_log stderr notice;
events {}
stream {
  server {
    listen 127.0.0.1:${front};
    proxy_pass 127.0.0.1:${port};
    proxy_protocol on;
    proxy_bind 127.0.0.2;
  }
}
`,
    );
    const child = spawn(nginx ?? '', ['-p', folder, '-c', config], { stdio: ['ignore', 'ignore', 'pipe'] });
    closers.push(async () => {
      child.kill();
      await once(child, 'exit');
    });
    let said = '';
    for await (const chunk of child.stderr) {
      said += String(chunk);
      if (said.includes('start worker process')) break;
    }
    const socket = connect({ port: front, host: '127.0.0.1', localAddress: '127.0.0.3' });
    socket.write(get);
    expect(await textOf(socket), said).toContain('peer 127.0.0.3');
  });
});
