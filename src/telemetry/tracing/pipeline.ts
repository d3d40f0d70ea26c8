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
import type { FunctionPlatform } from './function-platform.js';
import { readableSpan } from './readable-span.js';
import type { TracingSettings } from './settings.js';

/** How long a gateway that closes waits for its last spans to be taken. */
const flushTimeoutMs = 3_000;

/** Where spans that are kept go. */
export interface Pipeline {
  keep(span: FinishedSpan): void;
  /** Sends what is kept; resolves once it is taken, or lost. Never rejects. */
  flush(): Promise<void>;
  /** Sends what is left, if it is taken in time. Never rejects. */
  close(): Promise<void>;
}

/** What only a program can say of a pipeline. */
export interface PipelineParts {
  /** Takes the place of the one that the settings ask for. */
  readonly exporter: SpanExporter | undefined;
  /** Of the resource, what a platform says of this process. */
  readonly platform: FunctionPlatform['attributes'] | undefined;
}

/**
 * Spans in batches, in a queue that is bounded and drops what is beyond (OTEL_BSP_*). The SDK is loaded with this
 * file, so load it only for that.
 */
export async function openPipeline(
  settings: TracingSettings,
  { exporter, platform = {} }: PipelineParts,
  clock: WallClock,
  warn: Warn,
): Promise<Pipeline> {
  const taker = warningExporter(exporter ?? (await otlpExporter(settings)), clock, warn);
  const processor = new BatchSpanProcessor(taker);
  const resource = resourceOf(settings, platform);
  const scope = { name: 'propylon', version };
  return {
    keep: (span) => processor.onEnd(readableSpan(span, resource, scope)),
    async flush() {
      try {
        await processor.forceFlush();
        // A batch that was on its way before is none of the processor's any more.
        await taker.forceFlush?.();
      } catch {
        // What was lost, `warn` is told.
      }
    },
    async close() {
      const late = new Promise<void>((resolve) => void clock.after(flushTimeoutMs, resolve));
      await Promise.race([processor.shutdown().catch(() => undefined), late]);
    },
  };
}

/** The settings over OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES over what the platform says over defaults. */
function resourceOf({ serviceName }: TracingSettings, platform: FunctionPlatform['attributes']): Resource {
  const ours = resourceFromAttributes({ 'service.name': 'propylon', 'service.version': version });
  const given = serviceName === undefined ? {} : { 'service.name': serviceName };
  return defaultResource()
    .merge(ours)
    .merge(resourceFromAttributes(platform))
    .merge(detectResources({ detectors: [envDetector] }))
    .merge(resourceFromAttributes(given));
}
