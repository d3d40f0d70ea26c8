import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../support/free-port.js';

const program = fileURLToPath(new URL('../../../.cache/interop/otel-collector', import.meta.url));

/** Whether the program is there. Without it the tests are left out loudly; under PROPYLON_REQUIRE_SERVERS that is an error. */
export function hasCollector(): boolean {
  if (existsSync(program)) return true;
  const text =
    'the OpenTelemetry collector is not in .cache/interop ("npm run interop:servers" puts it there)';
  if (process.env['PROPYLON_REQUIRE_SERVERS'] !== undefined) throw new Error(text);
  console.warn(`\nSKIPPED: ${text}; the tests against it do not run\n`);
  return false;
}

type Value = Readonly<Record<string, string | number | boolean>>;

/** A span as the collector hands it on, in OTLP's JSON. */
export interface CollectedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  /** 2 is a server's, 3 a client's (SpanKind of OTLP). */
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: readonly { readonly key: string; readonly value: Value }[];
  readonly status: { readonly code?: number };
  /** service.name of its resource. */
  readonly service: unknown;
}

export interface Collector {
  /** Of OTLP over gRPC and over HTTP. */
  readonly grpcUrl: string;
  readonly httpUrl: string;
  /** Resolves with all spans so far once there are so many. */
  collected(count: number): Promise<readonly CollectedSpan[]>;
  stop(): Promise<void>;
}

interface Export {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly { readonly key: string; readonly value: Value }[] };
    readonly scopeSpans: readonly { readonly spans: readonly Omit<CollectedSpan, 'service'>[] }[];
  }[];
}

/** A real collector that hands on what it gets to us. */
export async function startCollector(): Promise<Collector> {
  const spans: CollectedSpan[] = [];
  const waiting = new Set<() => void>();
  const taker = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const { resourceSpans } = JSON.parse(text) as Export;
    for (const { resource, scopeSpans } of resourceSpans) {
      const service = resource.attributes.find(({ key }) => key === 'service.name')?.value['stringValue'];
      for (const scope of scopeSpans) spans.push(...scope.spans.map((span) => ({ ...span, service })));
    }
    response.setHeader('content-type', 'application/json');
    response.end('{}');
    for (const look of waiting) look();
  });
  taker.listen(0, '127.0.0.1');
  await once(taker, 'listening');
  const [grpcPort, httpPort] = [await freePort(), await freePort()];
  const config = {
    receivers: {
      otlp: {
        protocols: {
          grpc: { endpoint: `127.0.0.1:${grpcPort}` },
          http: { endpoint: `127.0.0.1:${httpPort}` },
        },
      },
    },
    exporters: {
      otlp_http: {
        endpoint: `http://127.0.0.1:${(taker.address() as AddressInfo).port}`,
        encoding: 'json',
        compression: 'none',
        sending_queue: { enabled: false },
      },
    },
    service: { pipelines: { traces: { receivers: ['otlp'], exporters: ['otlp_http'] } } },
  };
  const child = spawn(program, [`--config=yaml:${JSON.stringify(config)}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(child, 'exit');
  const httpUrl = `http://127.0.0.1:${httpPort}`;
  await Promise.race([
    answers(`${httpUrl}/v1/traces`),
    ended.then(([code]) => Promise.reject(new Error(`the collector ended with ${code}`))),
  ]);
  return {
    grpcUrl: `http://127.0.0.1:${grpcPort}`,
    httpUrl,
    collected: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (spans.length >= count) resolve(spans);
        };
        waiting.add(look);
        look();
      }),
    async stop() {
      child.kill('SIGTERM');
      await ended;
      taker.close();
      taker.closeAllConnections();
    },
  };
}

/** Resolves once somebody answers there: the collector says nothing when it is ready. */
async function answers(url: string): Promise<void> {
  for (;;) {
    const ready = await fetch(url).then(
      () => true,
      () => false,
    );
    if (ready) return;
    await new Promise((resolve) => void setTimeout(resolve, 50));
  }
}
