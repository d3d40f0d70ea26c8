import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import type { sendUnaryData } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import type { GatewayOptions, ListenOptions } from '../../src/index.js';
import { createAdminApp } from '../../src/server/admin/app.js';
import { endpoints } from '../../src/server/admin/index-page.js';
import type { BytesHandlers } from '../support/bytes-backend.js';
import { type EchoGateway, echoHandlers, startEchoGateway } from '../support/echo-gateway.js';
import { freePort } from '../support/free-port.js';
import { handClock } from '../support/hand-clock.js';
import { memoryLog } from '../support/memory-log.js';
import { sendRaw } from '../support/raw-http.js';

/** What operators and kubelets are answered. */

let echo: EchoGateway | undefined;
afterEach(async () => {
  await echo?.close();
  echo = undefined;
});

async function start(
  options: Partial<GatewayOptions> = {},
  listening: ListenOptions = {},
  handlers = echoHandlers,
): Promise<EchoGateway> {
  echo = await startEchoGateway(options, handlers, listening);
  return echo;
}

/** What GET / of the admin listener says to whoever asks by a name. */
async function asked(adminUrl: string, host: string, extra = ''): Promise<number | undefined> {
  const bytes = `GET /routes HTTP/1.1\r\nhost: ${host}\r\n${extra}connection: close\r\n\r\n`;
  return (await sendRaw(Number(new URL(adminUrl).port), bytes, 2_000)).statuses[0];
}

describe('the admin listener', () => {
  it('lists on its first page all that can be asked, for people and for pages', async () => {
    const app = createAdminApp(() => Promise.reject(new Error('nobody')), {
      scheme: 'http',
      host: '127.0.0.1',
      port: 8080,
    });
    const routes = app.routes.filter(
      ({ method, path }) => method !== 'ALL' && path !== '/' && !path.startsWith('/console/'),
    );
    const known = new Set(endpoints.map(([method, path]) => `${method} ${path}`));
    expect(
      routes.map(({ method, path }) => `${method} ${path}`).filter((route) => !known.has(route)),
    ).toEqual([]);
    const { adminUrl } = await start();
    const text = await (await fetch(adminUrl)).text();
    const page = await (await fetch(adminUrl, { headers: { accept: 'text/html' } })).text();
    for (const [, path] of endpoints)
      expect(
        [text, page].every((one) => one.includes(path)),
        path,
      ).toBe(true);
    for (const [, path] of page.matchAll(/href="(.*?)"/g))
      expect((await fetch(`${adminUrl}${path}`)).status).not.toBe(500);
  });

  it.each([
    ['localhost', 200],
    ['LOCALHOST:9090', 200],
    ['propylon.localhost', 200],
    ['127.0.0.1:9090', 200],
    ['10.1.2.3', 200],
    ['[::1]:9090', 200],
    ['admin.ops.example:9090', 200],
    ['ADMIN.ops.example.', 200],
    ['evil.example', 421],
    ['127.0.0.1.evil.example', 421],
    ['localhost.evil.example', 421],
    ['xadmin.ops.example', 421],
  ])('asked as %s answers %d: a name of somebody else may have led a browser here', async (host, status) => {
    const { adminUrl } = await start({}, { adminNames: ['admin.ops.example'] });
    expect(await asked(adminUrl, host)).toBe(status);
  });

  const writes = [
    ['PUT', '/log-level', '{"level":"debug"}'],
    ['POST', '/drain', ''],
    ['POST', '/cache/purge', '{"all":true}'],
  ] as const;

  it.each(writes)('%s %s is not for pages, nor by a name', async (method, path, body) => {
    const clock = handClock();
    const { adminUrl } = await start({ logLevels: memoryLog({}, { clock }).log.levels });
    const send = (headers: Record<string, string>): Promise<Response> =>
      fetch(`${adminUrl}${path}`, { method, body, headers });
    expect((await send({ origin: 'https://evil.example' })).status).toBe(403);
    expect((await send({ 'sec-fetch-site': 'same-origin' })).status).toBe(403);
    expect((await fetch(`${adminUrl}/readyz`)).status).toBe(200);
    expect((await send({})).status).toBe(200);
  });

  it.each(['/cache/purge', '/explain'])(
    'reads no body for POST %s that is too large, whatever it says of itself',
    async (path) => {
      const { adminUrl } = await start();
      const chunk = `8000\r\n${'a'.repeat(0x8000)}\r\n`;
      const head = `POST ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n`;
      const chunks = chunk.repeat(path === '/explain' ? 300 : 3);
      const { statuses } = await sendRaw(Number(new URL(adminUrl).port), `${head}${chunks}0\r\n\r\n`, 5_000);
      expect(statuses).toEqual([413]);
    },
  );

  it.each([
    ['no body', '/cache/purge?all', '\r\n'],
    [
      'a body without a length',
      '/cache/purge',
      'transfer-encoding: chunked\r\n\r\nc\r\n{"all":true}\r\n0\r\n\r\n',
    ],
  ])('takes %s, as curl sends it', async (_, target, rest) => {
    const { adminUrl } = await start();
    const head = `POST ${target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n`;
    const { statuses } = await sendRaw(Number(new URL(adminUrl).port), `${head}${rest}`, 5_000);
    expect(statuses).toEqual([200]);
  });

  it('takes changes from anywhere where it is configured so, but from no page', async () => {
    const { adminUrl } = await start({}, { adminNames: ['ops.example'], adminWrites: 'anywhere' });
    const port = Number(new URL(adminUrl).port);
    const drain = (extra: string) =>
      sendRaw(
        port,
        `POST /drain HTTP/1.1\r\nhost: ops.example\r\n${extra}content-length: 0\r\nconnection: close\r\n\r\n`,
        2_000,
      );
    expect((await drain('origin: https://ops.example\r\n')).statuses).toEqual([403]);
    expect((await drain('')).statuses).toEqual([200]);
  });
});

describe('the level of the log', () => {
  const put = (adminUrl: string, body: string): Promise<Response> =>
    fetch(`${adminUrl}/log-level`, { method: 'PUT', body });

  it('is told, and changed for good or for some time', async () => {
    const clock = handClock();
    const { adminUrl } = await start({ logLevels: memoryLog({}, { clock }).log.levels });
    const level = async (): Promise<unknown> => (await fetch(`${adminUrl}/log-level`)).json();
    expect(await level()).toEqual({ level: 'info', configured: 'info' });
    expect(await (await put(adminUrl, '{"level":"debug","forMs":60000}')).json()).toMatchObject({
      forMs: 60_000,
    });
    clock.moveTo(clock.now() + 60_000);
    expect(await level()).toEqual({ level: 'info', configured: 'info' });
    await put(adminUrl, '{"level":"error"}');
    expect(await level()).toEqual({ level: 'error', configured: 'info' });
  });

  it.each([
    ['', 'JSON object'],
    ['"debug"', 'JSON object'],
    ['{"level":"loud"}', 'debug, info, warn, error'],
    ['{"level":"info","forMs":0}', 'forMs'],
    ['{"level":"info","forMs":1e12}', 'forMs'],
    ['{"level":"info","for":"1m"}', 'more than'],
  ])('cannot be %s', async (body, problem) => {
    const { adminUrl } = await start({ logLevels: memoryLog().log.levels });
    const answer = await put(adminUrl, body);
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining(problem)]);
  });

  it('is nobody else’s where the gateway is part of a program', async () => {
    const { adminUrl } = await start();
    expect((await put(adminUrl, '{"level":"debug"}')).status).toBe(404);
    expect((await fetch(`${adminUrl}/config`)).status).toBe(404);
  });
});

describe('readiness', () => {
  const ready = async (adminUrl: string): Promise<{ status: number; text: string }> => {
    const answer = await fetch(`${adminUrl}/readyz?verbose`, { headers: { accept: 'text/plain' } });
    return { status: answer.status, text: await answer.text() };
  };
  const gone = async (): Promise<{ selector: string; target: string }> => ({
    selector: 't.T.Unary',
    target: `127.0.0.1:${await freePort()}`,
  });

  it('is a matter of what is served, unless backends are asked for', async () => {
    const { adminUrl } = await start({ backends: [await gone()] });
    expect(await ready(adminUrl)).toEqual({
      status: 200,
      text: expect.stringMatching(
        /^\[\+\] sources: 1 services.*\n\[\+\] listening: .*\n\[\+\] staying: .*\nok\n$/,
      ),
    });
  });

  it.each([
    ['any', 'none', 503],
    ['any', 'one of two', 200],
    ['all', 'one of two', 503],
    ['all', 'two', 200],
  ] as const)(
    'with %s of the backends, of which %s can be reached, is %d',
    async (upstreams, reached, status) => {
      const [dead, other] = [await gone(), await gone()];
      const living = await startEchoGateway();
      const target = living.gateway.summary()[0]?.target ?? '';
      const backends = {
        none: [dead, { ...other, selector: '*' }],
        'one of two': [dead, { selector: '*', target }],
        two: [{ selector: '*', target }],
      }[reached];
      const { adminUrl } = await start({ backends, readiness: { upstreams } });
      await expect
        .poll(async () => (await ready(adminUrl)).text)
        .toMatch(/\[[+-]\] upstreams: \d of \d reached/);
      expect((await ready(adminUrl)).status).toBe(status);
      expect((await fetch(`${adminUrl}/livez`)).status).toBe(200);
      await living.close();
    },
  );
});

describe('a gateway that is asked to leave', () => {
  const drain = (adminUrl: string): Promise<Response> => fetch(`${adminUrl}/drain`, { method: 'POST' });
  let held: (callback: sendUnaryData<Buffer>) => void = () => undefined;
  const holding: BytesHandlers = { ...echoHandlers, Ping: (_call, callback) => held(callback) };
  /** One request over the connections of an agent: what it says of the connection. */
  async function ask(
    url: string,
    agent: Agent,
  ): Promise<{ status?: number; connection?: string | undefined }> {
    const [response] = await once(get(`${url}/v1/echo?name=a`, { agent }), 'response');
    response.resume();
    await once(response, 'end');
    return { status: response.statusCode, connection: response.headers.connection };
  }

  it('answers on old and new connections, says that each answer is the last one, and stays', async () => {
    const { url, adminUrl } = await start();
    const agent = new Agent({ keepAlive: true });
    expect(await ask(url, agent)).toEqual({ status: 200, connection: 'keep-alive' });
    expect(await (await drain(adminUrl)).json()).toMatchObject({ ready: false, state: 'shutting down' });
    expect(await ask(url, agent)).toEqual({ status: 200, connection: 'close' });
    expect(await ask(url, new Agent({ keepAlive: true }))).toEqual({ status: 200, connection: 'close' });
    // Again is no mistake.
    expect((await drain(adminUrl)).status).toBe(200);
    expect(await ask(url, agent)).toMatchObject({ status: 200 });
    const readyz = await fetch(`${adminUrl}/readyz?verbose`);
    expect([readyz.status, await readyz.json()]).toMatchObject([
      503,
      { checks: [{ ok: true }, { ok: true }, { ok: false }] },
    ]);
    expect((await fetch(`${adminUrl}/livez`)).status).toBe(200);
  });

  it('sends clients of HTTP/2 away, answers what they have sent, and serves those who come', async () => {
    const { url, adminUrl } = await start();
    const request = async (session: ReturnType<typeof connectHttp2>): Promise<unknown> => {
      const [headers] = await once(session.request({ ':path': '/v1/echo?name=a' }).resume(), 'response');
      return headers[':status'];
    };
    const old = connectHttp2(url);
    expect(await request(old)).toBe(200);
    const goaway = once(old, 'goaway');
    await drain(adminUrl);
    await goaway;
    const fresh = connectHttp2(url);
    expect([await request(fresh), await request(fresh)]).toEqual([200, 200]);
    old.close();
    fresh.close();
  });

  it('when it ends goes on taking connections for drainDelayMs, lets requests finish, and then takes none', async () => {
    let answerPing: sendUnaryData<Buffer> = () => expect.unreachable();
    const arrived = new Promise<void>((resolve) => {
      held = (callback) => {
        answerPing = callback;
        resolve();
      };
    });
    const { url, adminUrl, close } = await start({ limits: { drainDelayMs: 1_000 } }, {}, holding);
    echo = undefined;
    const slow = fetch(`${url}/v1/raw`);
    await arrived;
    const began = performance.now();
    const closed = close();
    expect((await fetch(`${adminUrl}/readyz`)).status).toBe(503);
    expect(await ask(url, new Agent({ keepAlive: true }))).toEqual({ status: 200, connection: 'close' });
    answerPing(null, Buffer.alloc(0));
    expect((await slow).status).toBe(200);
    await closed;
    expect(performance.now() - began).toBeGreaterThanOrEqual(999);
    await expect(fetch(`${url}/v1/echo`)).rejects.toThrow();
  });
});
