import { traceFieldNames } from '../../trace-fields.js';
import type { Invocation, Tracer } from '../tracer.js';
import type { SpanAttributes } from './attributes.js';
import { RequestTrace, type TraceHost } from './request-trace.js';
import type { Sampler } from './sampler.js';
import type { TracingSettings } from './settings.js';
import { believes, standingOf } from './standing.js';

/** The tracer of our own: light notes of every request, spans of those that are kept. */
export function lightTracer(
  host: TraceHost,
  sampler: Sampler,
  parentsFrom: TracingSettings['parentsFrom'],
  attributesOf: (invocation: Invocation | undefined) => SpanAttributes | undefined,
  { flush, close }: Pick<Tracer, 'flush' | 'close'>,
): Tracer {
  const isBelieved = believes(parentsFrom);
  return {
    names: traceFieldNames,
    start(request, isFromProxy) {
      const incoming = host.propagation.extract(request.headers);
      const believed = incoming !== undefined && isBelieved(request, isFromProxy);
      const standing = standingOf(incoming, believed, host.ids, sampler);
      return new RequestTrace(request, standing, host, attributesOf(request.invocation));
    },
    flush,
    close,
  };
}
