import { traceFieldNames } from '../../trace-fields.js';
import type { Tracer } from '../tracer.js';
import { RequestTrace, type TraceHost } from './request-trace.js';
import type { Sampler } from './sampler.js';
import type { TracingSettings } from './settings.js';
import { believes, standingOf } from './standing.js';

/** The tracer of our own: light notes of every request, spans of those that are kept. */
export function lightTracer(
  host: TraceHost,
  sampler: Sampler,
  parentsFrom: TracingSettings['parentsFrom'],
  close: () => Promise<void>,
): Tracer {
  const isBelieved = believes(parentsFrom);
  return {
    names: traceFieldNames,
    start(request, isFromProxy) {
      const incoming = host.propagation.extract(request.headers);
      const believed = incoming !== undefined && isBelieved(request, isFromProxy);
      return new RequestTrace(request, standingOf(incoming, believed, host.ids, sampler), host);
    },
    close,
  };
}
