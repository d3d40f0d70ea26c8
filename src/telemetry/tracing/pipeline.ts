import {
  defaultResource,
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-node';
import type { WallClock } from '../../clock.js';
import { version } from '../../version.js';
import { otlpExporter, type Warn, warningExporter } from './exporter.js';
import type { FinishedSpan } from './finished-span.js';
import { readableSpan } from './readable-span.js';
import type { TracingSettings } from './settings.js';
import { epochDistance } from './wall-time.js';

/** How long a gateway that closes waits for its last spans to be taken. */
const flushTimeoutMs = 3_000;

/** Where spans that are kept go. */
export interface Pipeline {
  keep(span: FinishedSpan): void;
  /** Sends what is left, if it is taken in time. Never rejects. */
  close(): Promise<void>;
}

/**
 * Spans in batches, in a queue that is bounded and drops what is beyond (OTEL_BSP_*). `exporter` takes the
 * place of the one that the settings ask for. The SDK is loaded with this file, so load it only for that.
 */
export async function openPipeline(
  settings: TracingSettings,
  exporter: SpanExporter | undefined,
  clock: WallClock,
  warn: Warn,
): Promise<Pipeline> {
  const taker = exporter ?? (await otlpExporter(settings));
  const processor = new BatchSpanProcessor(warningExporter(taker, clock, warn));
  const resource = resourceOf(settings);
  const scope = { name: 'propylon', version };
  const distance = epochDistance(clock);
  return {
    keep: (span) => processor.onEnd(readableSpan(span, resource, scope, distance())),
    async close() {
      const late = new Promise<void>((resolve) => void clock.after(flushTimeoutMs, resolve));
      await Promise.race([processor.shutdown().catch(() => undefined), late]);
    },
  };
}

/** The settings over OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES over defaults. */
function resourceOf({ serviceName }: TracingSettings): Resource {
  const ours = resourceFromAttributes({ 'service.name': 'propylon', 'service.version': version });
  const given = serviceName === undefined ? {} : { 'service.name': serviceName };
  return defaultResource()
    .merge(ours)
    .merge(detectResources({ detectors: [envDetector] }))
    .merge(resourceFromAttributes(given));
}
