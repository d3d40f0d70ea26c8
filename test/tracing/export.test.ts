import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { trace } from '@opentelemetry/api';
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { createTracer } from '../../src/index.js';
import { startEchoGateway } from '../support/echo-gateway.js';
import { freePort } from '../support/free-port.js';
import { seenMetadata } from '../support/seen-metadata.js';
import { only, type RecordedSpan, recordSpans } from '../support/span-recorder.js';

/** Where spans go, and what happens when they cannot. */

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

describe('a collector that is down', () => {
  it.each(['grpc', 'http/protobuf'] as const)(
    'costs no request, and is told of once, over %s',
    async (protocol) => {
      const warnings: string[] = [];
      const tracer = await createTracer({
        protocol,
        endpoint: `http://127.0.0.1:${await freePort()}`,
        sampler: 'always_on',
        env: {},
        warn: (text) => void warnings.push(text),
      });
      const echo = await startEchoGateway({ tracer });
      for (let batch = 0; batch < 3; batch++) {
        const answers = Array.from({ length: 100 }, () => fetch(`${echo.url}/v1/echo`));
        for (const answer of await Promise.all(answers)) expect(answer.status).toBe(200);
      }
      const before = performance.now();
      await echo.close();
      expect(performance.now() - before).toBeLessThan(8_000);
      expect(warnings.length).toBeLessThanOrEqual(1);
      for (const warning of warnings)
        expect(warning).toMatch(/Traces cannot be exported; \d+ spans are lost/);
    },
    20_000,
  );

  it('that never answers holds back a bounded number of spans, and the end for a bounded time', async () => {
    const kept = new Set<RecordedSpan>();
    const tracer = await createTracer({
      exporter: {
        // Takes them and says nothing more.
        export: (spans) => {
          for (const span of spans) kept.add(span);
        },
        shutdown: async () => undefined,
      },
      sampler: 'always_on',
      env: {},
      // Time passes at once.
      clock: {
        ...systemClock,
        after(_ms, fire) {
          setImmediate(fire);
          return () => undefined;
        },
      },
    });
    const request = { httpMethod: 'GET', target: '/', headers: [], peerAddress: '', scheme: 'http' } as const;
    for (let i = 0; i < 20_000; i++) {
      tracer
        .start(request, () => false)
        .end({
          kind: 'request',
          httpMethod: 'GET',
          route: undefined,
          httpStatus: 404,
          code: 5,
          durationMs: 1,
          requestBytes: 0,
          responseBytes: 0,
          requestId: String(i),
        });
    }
    // One batch is being exported; nothing else is while it lasts.
    expect(kept.size).toBe(512);
    await tracer.close();
    expect(kept.size).toBeLessThanOrEqual(512 + 2_048);
  });

  it('that refuses is spoken of again after a minute, with what was lost', async () => {
    let now = 0;
    const warnings: string[] = [];
    const { tracer } = await recordSpans({
      exporter: {
        export: (_spans, done) => done({ code: 1, error: new Error('no') }),
        shutdown: async () => undefined,
      },
      warn: (text) => void warnings.push(text),
      clock: { now: () => now, wall: () => now, after: () => () => undefined },
    });
    const request = { httpMethod: 'GET', target: '/', headers: [], peerAddress: '', scheme: 'http' } as const;
    const one = { kind: 'request', httpMethod: 'GET', route: undefined, httpStatus: 404, code: 5 } as const;
    const rest = { durationMs: 1, requestBytes: 0, responseBytes: 0, requestId: '' };
    // Each time a full batch, which is exported at once.
    for (const at of [0, 1_000, 59_000, 60_000]) {
      now = at;
      for (let i = 0; i < 512; i++) tracer.start(request, () => false).end({ ...one, ...rest });
      await new Promise((resolve) => void setImmediate(resolve));
    }
    expect(warnings).toEqual([
      'Traces cannot be exported; 512 spans are lost',
      'Traces cannot be exported; 1536 spans are lost',
    ]);
  });
});

it('headers of the settings go with each export', async () => {
  const seen: (string | undefined)[] = [];
  const collector = createServer((request, response) => {
    seen.push(`${request.url} ${String(request.headers['x-key'])}`);
    request.resume().on('end', () => response.end());
  });
  servers.push(collector);
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const { port } = collector.address() as AddressInfo;
  const tracer = await createTracer({
    endpoint: `http://127.0.0.1:${port}/`,
    headers: { 'x-key': 'k' },
    sampler: 'always_on',
    env: {},
  });
  const echo = await startEchoGateway({ tracer });
  await fetch(`${echo.url}/v1/echo`);
  await echo.close();
  expect(seen).toEqual(['/v1/traces k']);
});

it('two gateways in one process have each their own spans, and one that closes leaves the other alone', async () => {
  const one = await recordSpans({ serviceName: 'one' });
  const two = await recordSpans({ serviceName: 'two' });
  const first = await startEchoGateway({ tracer: one.tracer });
  const second = await startEchoGateway({ tracer: two.tracer });
  await fetch(`${first.url}/v1/echo`);
  await first.close();
  await fetch(`${second.url}/v1/items`);
  await second.close();
  expect([only(one.spans, 'server').name, only(two.spans, 'server').name]).toEqual([
    'GET /v1/echo',
    'GET /v1/items',
  ]);
  const services = [one, two].map(({ spans }) => spans[0]?.resource.attributes['service.name']);
  expect(services).toEqual(['one', 'two']);
  // Nothing is registered for everybody.
  expect(trace.getTracer('x').startSpan('x').isRecording()).toBe(false);
});

it('the resource is what the environment says, and the settings before it', async () => {
  const env = { ...process.env };
  Object.assign(process.env, {
    OTEL_SERVICE_NAME: 'env',
    OTEL_RESOURCE_ATTRIBUTES: 'k8s.pod.name=p-1,service.name=x',
  });
  try {
    const named = await recordSpans({});
    const settled = await recordSpans({ serviceName: 'file' });
    for (const { tracer } of [named, settled]) {
      const echo = await startEchoGateway({ tracer });
      await fetch(`${echo.url}/v1/echo`);
      await echo.close();
    }
    const [byEnv, byFile] = [named, settled].map(({ spans }) => spans[0]?.resource.attributes);
    expect(byEnv).toMatchObject({
      'service.name': 'env',
      'k8s.pod.name': 'p-1',
      'service.version': expect.any(String),
    });
    expect(byFile).toMatchObject({ 'service.name': 'file', 'k8s.pod.name': 'p-1' });
  } finally {
    process.env = env;
  }
});

describe("an app's own provider", () => {
  it('makes the spans, with its own sampling, and is not shut down', async () => {
    const spans: RecordedSpan[] = [];
    let shutdowns = 0;
    const exporter = {
      export: (batch: RecordedSpan[], done: (result: { code: number }) => void) => {
        spans.push(...batch);
        done({ code: 0 });
      },
      shutdown: async () => void shutdowns++,
    };
    const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    const backend = seenMetadata();
    const tracer = await createTracer({ provider, propagators: ['b3'], parentsFrom: 'nobody', env: {} });
    const echo = await startEchoGateway({ tracer }, backend.handlers);
    const b3 = `${'a'.repeat(32)}-${'b'.repeat(16)}-1`;
    await (await fetch(`${echo.url}/v1/echo`, { headers: { b3 } })).text();
    await echo.close();
    const [server, client] = [only(spans, 'server'), only(spans, 'client')];
    expect(server).toMatchObject({ name: 'GET /v1/echo', attributes: { 'http.response.status_code': 200 } });
    expect(server.links.map((link) => link.context.traceId)).toEqual(['a'.repeat(32)]);
    expect(client).toMatchObject({ name: 't.T/Unary', attributes: { 'rpc.grpc.status_code': 0 } });
    expect(client.parentSpanContext?.spanId).toBe(server.spanContext().spanId);
    const { traceId, spanId } = client.spanContext();
    expect(backend.last()['b3']).toEqual([`${traceId}-${spanId}-1`]);
    expect(shutdowns).toBe(0);
  });
});
