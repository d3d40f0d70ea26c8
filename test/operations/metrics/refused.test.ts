import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RequestEvent } from '../../../src/telemetry/index.js';
import { type EchoGateway, startEchoGateway } from '../../support/echo-gateway.js';
import { sendRaw } from '../../support/raw-http.js';
import { scrape } from '../../support/scrape.js';
import { issueCertificate } from '../../support/x509.js';

/** Requests that are wrong before a step of the gate has looked at them. */

const count = 'http_server_request_duration_seconds_count';
let echo: EchoGateway;
let events: RequestEvent[] = [];
beforeAll(async () => {
  echo = await startEchoGateway({
    limits: { requestHeadBytesMax: 8_192, requestHeadTimeoutMs: 300, requestHeadersMax: 20 },
    log: (event) => void events.push(event),
  });
});
afterAll(() => echo?.close());

const port = (): number => Number(new URL(echo.url).port);
const silent = async (): Promise<void> => {
  const socket = connect(port(), '127.0.0.1');
  socket.on('error', () => undefined).resume();
  await new Promise((resolve) => socket.once('close', resolve));
};

describe('a request that never became one', () => {
  it.each<[string, () => Promise<unknown>, number, string]>([
    [
      'too large a head',
      () => sendRaw(port(), `GET / HTTP/1.1\r\nhost: a\r\na: ${'x'.repeat(10_000)}\r\n\r\n`),
      431,
      'HEADERS_TOO_LARGE',
    ],
    [
      'too many header fields',
      () => sendRaw(port(), `GET / HTTP/1.1\r\nhost: a\r\n${'a: b\r\n'.repeat(30)}\r\n`),
      431,
      'HEADERS_TOO_LARGE',
    ],
    ['what is not HTTP', () => sendRaw(port(), 'hello there\r\n\r\n'), 400, 'REQUEST_MALFORMED'],
    ['no Host', () => sendRaw(port(), 'GET /v1/echo HTTP/1.1\r\n\r\n'), 400, 'REQUEST_MALFORMED'],
    ['a head that does not come', silent, 408, 'REQUEST_TIMEOUT'],
  ])(
    '%s: is logged and counted once, under no name that it gives itself',
    async (_, send, status, reason) => {
      events = [];
      const before = await scrape(echo.adminUrl);
      await send();
      const after = await scrape(echo.adminUrl);
      expect(events).toMatchObject([
        { httpStatus: status, reason, route: undefined, clientAddress: '127.0.0.1' },
      ]);
      const labels = {
        http_request_method: events[0]?.httpMethod ?? '',
        http_route: 'unmatched',
        http_response_status_code: String(status),
      };
      expect(after.value(count, labels) - before.value(count, labels)).toBe(1);
    },
  );
});

describe('a request that cannot be bound', () => {
  const json = { 'content-type': 'application/json' };
  it.each<[string, string, RequestInit, string]>([
    ['a path variable', '/v1/talk/%FF', { method: 'POST' }, 'PATH_ENCODING'],
    ['a query parameter', '/v1/echo?size=many', {}, 'QUERY_VALUE'],
    ['an unknown query parameter', '/v1/echo?nothing=1', {}, 'QUERY_PARAMETER_UNKNOWN'],
    ['a body', '/v1/echo', { method: 'POST', body: '{', headers: json }, 'BODY_MALFORMED'],
    ['a field of the body', '/v1/echo', { method: 'POST', body: '{"size":[]}', headers: json }, 'BODY_FIELD'],
    [
      'the body of a stream',
      '/v1/stream',
      { method: 'POST', body: '{"size":[]}', headers: json },
      'BODY_FIELD',
    ],
  ])('%s: says why, in the log and to the console', async (_, path, init, reason) => {
    events = [];
    const response = await fetch(`${echo.url}${path}`, init);
    await response.text();
    expect(events).toMatchObject([{ httpStatus: 400, reason, refused: undefined }]);
    const live = await fetch(`${echo.adminUrl}/console/live?since=0`);
    const recent = (await live.json()) as { readonly refusals: readonly unknown[] };
    expect(recent.refusals).toContainEqual(expect.objectContaining({ step: 'request', reason }));
  });
});

describe('a handshake that comes to nothing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'propylon-handshakes-'));
  const authority = issueCertificate('authority', { isAuthority: true });
  const server = issueCertificate('server', { issuer: authority, hosts: ['gateway.test'] });
  const ann = issueCertificate('ann', { issuer: authority });
  const stranger = issueCertificate('stranger', { isAuthority: true });
  const bob = issueCertificate('bob', { issuer: stranger });
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const lines: unknown[] = [];
  let secure: EchoGateway;
  beforeAll(async () => {
    const tls = {
      cert: file('cert', server.cert),
      key: file('key', server.key),
      clientCa: file('ca', authority.cert),
    };
    secure = await startEchoGateway(
      { limits: { tlsHandshakeTimeoutMs: 300 }, info: (...line) => void lines.push(line) },
      {},
      { tls },
    );
  });
  afterAll(async () => {
    await secure?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function shake(options: ConnectionOptions): Promise<void> {
    const socket = connectTls({
      host: '127.0.0.1',
      port: secure.port,
      ca: authority.cert,
      servername: 'gateway.test',
      ...options,
    });
    socket.on('error', () => undefined).resume();
    await new Promise((resolve) => socket.once('close', resolve));
  }

  it.each<[string, () => Promise<void>, string]>([
    ['no certificate where one must be', () => shake({}), 'certificate'],
    ['one of a stranger', () => shake({ cert: bob.cert, key: bob.key }), 'certificate'],
    [
      'a version that is too old',
      () => shake({ ...ann, maxVersion: 'TLSv1.1', minVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
      'protocol',
    ],
    [
      'nothing at all',
      async () => {
        const socket = connect(secure.port, '127.0.0.1');
        socket.on('error', () => undefined).resume();
        await new Promise((resolve) => socket.once('close', resolve));
      },
      'timeout',
    ],
  ])('%s: is counted by its reason', async (_, act, reason) => {
    const name = 'propylon_tls_handshake_failures_total';
    const before = await scrape(secure.adminUrl);
    await act();
    const after = await scrape(secure.adminUrl);
    expect(after.value(name, { reason }) - before.value(name, { reason })).toBe(1);
  });

  it('is told of in the log, by whom and without a stack, and others within the minute are not', async () => {
    await shake({ cert: bob.cert, key: bob.key });
    await shake({});
    expect(lines).toEqual([
      [
        'a TLS handshake has failed: certificate',
        {
          'event.outcome': 'failure',
          'event.reason': 'certificate',
          'client.address': '127.0.0.1',
          'error.code': expect.stringMatching(/^[A-Z_]+$/),
        },
      ],
    ]);
  });
});
