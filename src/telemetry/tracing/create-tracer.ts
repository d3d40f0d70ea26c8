import type { TracerProvider } from '@opentelemetry/api';
import type { SpanExporter } from '@opentelemetry/sdk-trace-node';
import { systemClock, type WallClock } from '../../clock.js';
import type { Tracer } from '../tracer.js';
import type { Warn } from './exporter.js';
import { type FunctionPlatform, invocationAttributes } from './function-platform.js';
import { lightTracer } from './light-tracer.js';
import type { TracingOptions } from './options.js';
import { propagationOf } from './propagation.js';
import { randomIds } from './random-ids.js';
import { samplerOf } from './sampler.js';
import { type Environment, tracingSettings } from './settings.js';
import { epochDistance } from './wall-time.js';

/** How a tracer is made: `tracing` of propylon.yaml, and what only a program can say. */
export interface TracerOptions extends Omit<TracingOptions, 'enabled'> {
  /** Takes the spans instead of a collector. */
  readonly exporter?: SpanExporter;
  /**
   * Makes the spans instead: an app has its own OpenTelemetry. It decides what is sampled and where spans go;
   * of the other options only the propagators, `parentsFrom` and `principal` count.
   */
  readonly provider?: TracerProvider;
  /** What this process is an instance of, where that is a function of a cloud. */
  readonly platform?: FunctionPlatform | undefined;
  /** Told of what went wrong outside of any request. Default: a warning of the process. */
  readonly warn?: Warn;
  /** Default: that of the process. */
  readonly env?: Environment;
  /** Default: the system's. */
  readonly clock?: WallClock;
}

/**
 * Makes the tracer of one gateway, which closes it. Nothing is registered with OpenTelemetry's globals, and its
 * SDK is loaded only now. Options come before OTEL_* variables.
 */
export async function createTracer(options: TracerOptions = {}): Promise<Tracer> {
  const { warn = (text) => process.emitWarning(text), clock = systemClock } = options;
  const settings = tracingSettings(options, options.env ?? process.env);
  for (const problem of settings.problems) warn(`${problem}; it is left out`);
  if (options.provider !== undefined) {
    const { providerTracer } = await import('./provider-tracer.js');
    return providerTracer(options.provider, settings);
  }
  const { openPipeline } = await import('./pipeline.js');
  const { exporter, platform } = options;
  const pipeline = await openPipeline(settings, { exporter, platform: platform?.attributes }, clock, warn);
  const host = {
    clock,
    epochDistance: epochDistance(clock),
    ids: randomIds(),
    propagation: propagationOf(settings.formats),
    keepErrors: settings.keepErrors,
    slowMs: settings.slowMs,
    withPrincipal: settings.withPrincipal,
    keep: pipeline.keep,
  };
  const sampler = samplerOf(settings.sampler, settings.ratio);
  return lightTracer(host, sampler, settings.parentsFrom, invocationAttributes(platform), pipeline);
}
