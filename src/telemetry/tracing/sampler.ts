import type { Incoming } from './formats/format.js';

/** The names that OTEL_TRACES_SAMPLER has for them. */
export const samplerNames = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

export type SamplerName = (typeof samplerNames)[number];

/** Whether a trace is kept from its beginning: a caller's decision counts where the name begins with "parentbased". */
export type Sampler = (traceId: string, incoming: Incoming | undefined) => boolean;

/** `ratio`, from 0 to 1, is that of the two that have "ratio" in their names. */
export function samplerOf(name: SamplerName, ratio: number): Sampler {
  const root = rootSampler(name, ratio);
  if (!name.startsWith('parentbased_')) return root;
  return (traceId, incoming) => incoming?.sampled ?? root(traceId);
}

function rootSampler(name: SamplerName, ratio: number): (traceId: string) => boolean {
  if (name.endsWith('always_on')) return () => true;
  if (name.endsWith('always_off')) return () => false;
  return ratioSampler(ratio);
}

/**
 * OpenTelemetry, "TraceIdRatioBased": the last 56 bits of a trace id are as good as random, and those traces
 * are kept whose are not below a threshold, so that all who decide so agree. The first 32 of them tell enough.
 */
function ratioSampler(ratio: number): (traceId: string) => boolean {
  const threshold = (1 - ratio) * 0x100000000;
  return (traceId) => Number.parseInt(traceId.slice(18, 26), 16) >= threshold;
}
