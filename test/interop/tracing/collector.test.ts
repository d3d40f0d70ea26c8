import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startBytesBackend } from '../../support/bytes-backend.js';
import { echoImage } from '../../support/echo-gateway.js';
import { startPropylon } from '../../support/propylon.js';
import { type CollectedSpan, type Collector, hasCollector, startCollector } from './collector.js';

/** Client, gateway and backend, each with an OpenTelemetry of its own, and a real collector that sees all three. */

// Processes are started, each of which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const propagator = new W3CTraceContextPropagator();

describe.runIf(hasCollector())('a real collector', () => {
  let collector: Collector;
  let folder: string;
  beforeAll(async () => {
    collector = await startCollector();
    folder = await mkdtemp(join(tmpdir(), 'propylon-tracing-'));
    writeFileSync(join(folder, 'image.binpb'), echoImage);
  });
  afterAll(async () => {
    await collector?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** A tracer of somebody else, by the SDK alone. */
  function somebody(service: string) {
    const exporter = new OTLPTraceExporter({ url: `${collector.httpUrl}/v1/traces` });
    const provider = new BasicTracerProvider({
      resource: resourceFromAttributes({ 'service.name': service }),
      spanProcessors: [new SimpleSpanProcessor(exporter)],
    });
    return { tracer: provider.getTracer(service), close: () => provider.shutdown() };
  }

  async function startBackend() {
    const { tracer, close } = somebody('backend');
    const server = await startBytesBackend({
      Unary(call, done) {
        const carrier = { traceparent: String(call.metadata.get('traceparent')[0]) };
        const parent = propagator.extract(ROOT_CONTEXT, carrier, {
          get: (from: typeof carrier, key) => (key === 'traceparent' ? from.traceparent : undefined),
          keys: () => ['traceparent'],
        });
        tracer.startSpan('work', { kind: SpanKind.SERVER }, parent).end();
        done(null, call.request);
      },
    });
    return {
      port: server.port,
      close: async () => {
        server.close();
        await close();
      },
    };
  }

  it.each([
    [
      'gRPC, by propylon.yaml',
      (c: Collector) => ({
        yaml: `tracing: { endpoint: "${c.grpcUrl}", protocol: grpc, serviceName: grpc }`,
        env: {},
      }),
    ],
    [
      'HTTP, by the environment',
      (c: Collector) => ({
        yaml: '',
        env: {
          OTEL_EXPORTER_OTLP_ENDPOINT: c.httpUrl,
          OTEL_SERVICE_NAME: 'http',
          OTEL_RESOURCE_ATTRIBUTES: 'a=b',
        },
      }),
    ],
  ])('gets one trace of all three, over OTLP by %s', async (title, configure) => {
    const { yaml, env } = configure(collector);
    const service = title.startsWith('gRPC') ? 'grpc' : 'http';
    const config = join(folder, `${service}.yaml`);
    writeFileSync(config, yaml);
    const backend = await startBackend();
    const propylon = await startPropylon(
      [
        '--config',
        config,
        '--descriptors',
        join(folder, 'image.binpb'),
        '--backend',
        `*=127.0.0.1:${backend.port}`,
      ],
      env,
    );
    const client = somebody('client');
    const span = client.tracer.startSpan('click', { kind: SpanKind.CLIENT });
    const headers: Record<string, string> = {};
    propagator.inject(trace.setSpan(ROOT_CONTEXT, span), headers, {
      set: (to: typeof headers, key, value) => {
        to[key] = value;
      },
    });
    const answer = await fetch(`${propylon.url}/v1/echo?text=a`, { headers });
    expect(answer.status).toBe(200);
    span.end();
    // What ends sends what is left.
    await Promise.all([propylon.stop(), client.close(), backend.close()]);

    const { traceId } = span.spanContext();
    const ours = (await collector.collected(service === 'grpc' ? 4 : 8)).filter(
      (one) => one.traceId === traceId,
    );
    const named = (name: string): CollectedSpan | undefined => ours.find((one) => one.name === name);
    expect(ours).toHaveLength(4);
    expect(['click', 'GET /v1/echo', 't.T/Unary', 'work'].map((name) => named(name)?.service)).toEqual([
      'client',
      service,
      service,
      'backend',
    ]);
    expect(named('GET /v1/echo')).toMatchObject({ kind: 2, parentSpanId: named('click')?.spanId });
    expect(named('t.T/Unary')).toMatchObject({ kind: 3, parentSpanId: named('GET /v1/echo')?.spanId });
    expect(named('work')).toMatchObject({ kind: 2, parentSpanId: named('t.T/Unary')?.spanId });
    // Each is within its parent, by the clock of this machine: ours to a millisecond.
    const starts = ['click', 'GET /v1/echo', 't.T/Unary', 'work'].map((name) =>
      Number(BigInt(named(name)?.startTimeUnixNano ?? 0) / 1_000n),
    );
    for (const [index, start] of starts.entries())
      expect(start).toBeGreaterThanOrEqual((starts[index - 1] ?? 0) - 5_000);
  });
});
