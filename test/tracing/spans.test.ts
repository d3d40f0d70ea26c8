import { createServer } from 'node:net';
import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { GatewayOptions, TracerOptions } from '../../src/index.js';
import { type BytesHandlers, startBytesBackend } from '../support/bytes-backend.js';
import { type EchoGateway, startEchoGateway } from '../support/echo-gateway.js';
import { gateSettings } from '../support/gate-settings.js';
import { sendRaw } from '../support/raw-http.js';
import { only, type RecordedSpan, recordSpans } from '../support/span-recorder.js';

/** The spans of one request: what they are called, what they say, and under which they stand. */

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Setup {
  readonly options?: Partial<GatewayOptions>;
  readonly handlers?: BytesHandlers;
  readonly tracing?: TracerOptions;
}

/** Runs `act` against a traced gateway, and gives its spans once it is closed. */
async function spansOf(
  act: (echo: EchoGateway) => Promise<unknown>,
  { options, handlers, tracing }: Setup = {},
): Promise<readonly RecordedSpan[]> {
  const { tracer, spans } = await recordSpans(tracing);
  const echo = await startEchoGateway({ ...options, tracer }, handlers);
  try {
    await act(echo);
  } finally {
    await echo.close();
  }
  return spans;
}

const get =
  (path: string, init: RequestInit = {}) =>
  async (echo: EchoGateway) => {
    const answer = await fetch(`${echo.url}${path}`, init);
    await answer.text().catch(() => undefined);
  };

const post = (path: string, body: string) =>
  get(path, { method: 'POST', body, headers: { 'content-type': 'application/json' } });

/** Statuses of spans: UNSET and ERROR. */
const [unset, error] = [0, 2];

const fails: BytesHandlers = {
  Unary: (_call, done) => done({ code: status.UNAVAILABLE, details: 'out for lunch' }),
};

describe('a request', () => {
  it('has a span for itself and one for its call, by the semantic conventions', async () => {
    const spans = await spansOf(async (echo) => {
      await sendRaw(
        echo.port,
        'GET /v1/echo?text=secret HTTP/1.1\r\nhost: shop.example:8080\r\nuser-agent: probe/1\r\nx-request-id: r-1\r\nconnection: close\r\n\r\n',
      );
    });
    const server = only(spans, 'server');
    const client = only(spans, 'client');
    expect(server).toMatchObject({ name: 'GET /v1/echo', status: { code: unset }, events: [], links: [] });
    expect(server.parentSpanContext).toBeUndefined();
    expect(server.attributes).toEqual({
      'http.request.method': 'GET',
      'http.route': '/v1/echo',
      'http.response.status_code': 200,
      'http.request.body.size': 0,
      'http.response.body.size': 17,
      'url.scheme': 'http',
      'url.path': '/v1/echo',
      'server.address': 'shop.example',
      'server.port': 8080,
      'client.address': '127.0.0.1',
      'user_agent.original': 'probe/1',
      'propylon.request_id': 'r-1',
    });
    expect(client).toMatchObject({
      name: 't.T/Unary',
      status: { code: unset },
      parentSpanContext: { spanId: server.spanContext().spanId, traceId: server.spanContext().traceId },
    });
    expect(client.attributes).toEqual({
      'rpc.system': 'grpc',
      'rpc.service': 't.T',
      'rpc.method': 'Unary',
      'rpc.grpc.status_code': 0,
      'server.address': '127.0.0.1',
      'server.port': expect.any(Number),
    });
  });

  it('has times of the wall clock, and its call is within it', async () => {
    const before = Date.now();
    const spans = await spansOf(get('/v1/echo'));
    const ms = ([seconds, nanos]: RecordedSpan['startTime']): number => seconds * 1_000 + nanos / 1e6;
    const server = only(spans, 'server');
    const client = only(spans, 'client');
    const times = [server.startTime, client.startTime, client.endTime, server.endTime].map(ms);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times[0]).toBeGreaterThanOrEqual(before - 1);
    expect(times[3]).toBeLessThanOrEqual(Date.now() + 1);
    expect(ms(server.duration)).toBeCloseTo(ms(server.endTime) - ms(server.startTime), 2);
  });

  it.each<[string, string, string, string, Record<string, unknown>]>([
    [
      'a variable of the path',
      'PUT',
      '/v1/things/7',
      'PUT /v1/{name=things/*}',
      { 'url.path': '/v1/things/7' },
    ],
    ['no route', 'GET', '/nothing/here', 'GET', { 'url.path': '/nothing/here' }],
    ['a method that the route has not', 'PATCH', '/v1/echo', 'PATCH', { 'http.response.status_code': 405 }],
    [
      'a method that nobody has',
      'PROPFIND',
      '/v1/echo',
      'HTTP',
      { 'http.request.method': '_OTHER', 'http.request.method_original': 'PROPFIND' },
    ],
    ['a very long path', 'GET', `/${'x'.repeat(3_000)}`, 'GET', { 'url.path': `/${'x'.repeat(1_023)}` }],
  ])('is named so that clients cannot make up names: %s', async (_title, method, path, name, attributes) => {
    const spans = await spansOf(async (echo) => {
      await sendRaw(
        echo.port,
        `${method} ${path} HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n{}`,
      );
    });
    const server = only(spans, 'server');
    expect(server.name).toBe(name);
    expect(server.attributes).toMatchObject(attributes);
    expect(server.status.code).toBe(unset);
  });

  it('that clients get wrong is no error of the span', async () => {
    const server = only(await spansOf(get('/v1/echo?nothing=1')), 'server');
    expect(server.attributes['http.response.status_code']).toBe(400);
    expect(server.attributes['error.type']).toBeUndefined();
    expect(server.status.code).toBe(unset);
  });

  it('that a backend fails is one of both spans', async () => {
    const spans = await spansOf(get('/v1/echo'), { handlers: fails });
    expect(only(spans, 'server')).toMatchObject({
      status: { code: error },
      attributes: { 'http.response.status_code': 503, 'error.type': '503' },
    });
    expect(only(spans, 'client')).toMatchObject({
      status: { code: error, message: 'out for lunch' },
      attributes: { 'rpc.grpc.status_code': status.UNAVAILABLE, 'error.type': 'UNAVAILABLE' },
    });
  });

  it('that goes wrong in the gateway has the cause as an exception, without its stack', async () => {
    const spans = await spansOf(get('/v1/echo'), {
      // A nested message that is cut short.
      handlers: { Unary: (_call, done) => done(null, Buffer.from([0x2a, 0x05, 0x01])) },
    });
    const { events, status: end } = only(spans, 'server');
    expect(end.code).toBe(error);
    expect(events).toEqual([
      {
        name: 'exception',
        time: expect.anything(),
        attributes: { 'exception.type': expect.any(String), 'exception.message': expect.any(String) },
      },
    ]);
    expect(JSON.stringify(events)).not.toMatch(/\.[jt]s:\d+/);
  });

  it('that is refused says by which step and why', async () => {
    const guarded = gateSettings({
      '*': { authentication: { mode: 'none' }, addresses: { deny: ['0.0.0.0/0'] } },
    });
    const [server] = await spansOf(get('/v1/echo'), { options: guarded });
    expect(server?.attributes).toMatchObject({
      'http.response.status_code': 403,
      'propylon.refused.reason': 'ADDRESS_DENIED',
      'propylon.refused.step': expect.any(String),
    });
  });

  it('to the admin listener has no span', async () => {
    const spans = await spansOf(async ({ adminUrl }) => {
      for (const path of ['/livez', '/readyz', '/routes']) await fetch(`${adminUrl}${path}`);
    });
    expect(spans).toEqual([]);
  });
});

describe('attempts', () => {
  it('of a call that is repeated are spans under one request, each the parent of what comes of it', async () => {
    const parents: string[] = [];
    const backend = await startBytesBackend({
      Unary(call, done) {
        parents.push(String(call.metadata.get('traceparent')[0]).split('-')[2] ?? '');
        if (parents.length < 3) done({ code: status.UNAVAILABLE, details: 'not yet' });
        else done(null, call.request);
      },
    });
    cleanups.push(() => backend.close());
    const target = `127.0.0.1:${backend.port}`;
    const spans = await spansOf(get('/v1/echo'), {
      options: { backends: [{ selector: '*', target, retry: { backoff: '1ms' } }] },
    });
    const clients = spans.filter(({ kind }) => kind === 2);
    expect(clients.map(({ attributes }) => attributes['rpc.grpc.status_code'])).toEqual([14, 14, 0]);
    expect(parents).toEqual(clients.map((span) => span.spanContext().spanId));
    const { spanId } = only(spans, 'server').spanContext();
    expect(clients.map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual([
      spanId,
      spanId,
      spanId,
    ]);
  });

  it('towards nobody are spans too', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await new Promise((resolve) => server.close(resolve));
    const spans = await spansOf(get('/v1/echo'), {
      options: { backends: [{ selector: '*', target: `127.0.0.1:${port}` }] },
    });
    expect(only(spans, 'client')).toMatchObject({
      status: { code: error },
      attributes: { 'server.port': port, 'error.type': 'UNAVAILABLE' },
    });
  });
});

describe('a stream', () => {
  const names = ({ events }: RecordedSpan): string[] => events.map(({ name }) => name);
  const phases = ['stream.first_message_in', 'stream.half_close', 'stream.first_message_out', 'stream.end'];

  it.each<[string, (echo: EchoGateway) => Promise<unknown>, string]>([
    ['of a server', get('/v1/stream?text=a'), 'GET /v1/stream'],
    ['of a client', post('/v1/collect', '{"text":"a"}\n{"text":"b"}'), 'POST /v1/collect'],
    ['of both', post('/v1/talk/x', '{"text":"a"}\n{"text":"b"}'), 'POST /v1/talk/{name}'],
    ['over a WebSocket', talk, 'GET /v1/stream'],
  ])('%s has an event for each phase, and not for each message', async (_title, act, name) => {
    const spans = await spansOf(act);
    const server = only(spans, 'server');
    expect(server.name).toBe(name);
    expect(names(server).toSorted()).toEqual(phases.toSorted());
    expect(only(spans, 'client').parentSpanContext?.spanId).toBe(server.spanContext().spanId);
  });

  it('that breaks off is an error, though its status was 200', async () => {
    const spans = await spansOf(get('/v1/stream?text=fail'));
    expect(only(spans, 'server')).toMatchObject({
      status: { code: error },
      attributes: { 'http.response.status_code': 200, 'error.type': 'UNAVAILABLE' },
    });
  });
});

/** Says one thing over a WebSocket, hears it, and goes. */
async function talk(echo: EchoGateway): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${echo.port}/v1/stream`);
  await new Promise<void>((resolve) => {
    socket.on('open', () => socket.send('{"text":"a"}'));
    socket.on('close', () => resolve());
  });
}
