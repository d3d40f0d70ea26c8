import { Metadata } from '@grpc/grpc-js';
import type { SpanExporter } from '@opentelemetry/sdk-trace-node';
import type { Clock } from '../../clock.js';
import type { TracingSettings } from './settings.js';

/** Told of what went wrong outside of any request. */
export type Warn = (text: string, cause?: unknown) => void;

/** A collector that is down is spoken of this often. */
const warnIntervalMs = 60_000;

/**
 * The OTLP exporter of a protocol. What the settings leave open (endpoint, headers, certificates, timeout,
 * compression) it reads from OTEL_EXPORTER_OTLP_* itself.
 */
export async function otlpExporter({ protocol, endpoint, headers }: TracingSettings): Promise<SpanExporter> {
  if (protocol === 'grpc') {
    const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-grpc');
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
    return new OTLPTraceExporter({ metadata, ...(endpoint === undefined ? {} : { url: endpoint }) });
  }
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-proto');
  const url = endpoint === undefined ? {} : { url: `${endpoint.replace(/\/$/, '')}/v1/traces` };
  return new OTLPTraceExporter({ headers: { ...headers }, ...url });
}

/**
 * An exporter whose failures are warned of, the first at once and then at most once in a minute; to the SDK,
 * which would tell a process-wide logger, all goes well.
 */
export function warningExporter(exporter: SpanExporter, clock: Clock, warn: Warn): SpanExporter {
  let lost = 0;
  let saidAt = Number.NEGATIVE_INFINITY;
  return {
    export(spans, done) {
      exporter.export(spans, ({ code, error }) => {
        if (code !== 0) {
          lost += spans.length;
          if (clock.now() - saidAt >= warnIntervalMs) {
            warn(`Traces cannot be exported; ${lost} spans are lost`, error);
            saidAt = clock.now();
            lost = 0;
          }
        }
        done({ code: 0 });
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}
