import type { TracedRequest } from '../tracer.js';
import type { Incoming } from './formats/format.js';
import type { RandomIds } from './random-ids.js';
import type { Standing } from './request-trace.js';
import type { Sampler } from './sampler.js';
import type { TracingSettings } from './settings.js';

/** Whether a request comes from a proxy that is trusted. */
export type IsFromProxy = (request: Pick<TracedRequest, 'peerAddress'>) => boolean;

/** Whether what a request says of its trace is believed. */
export function believes(
  parentsFrom: TracingSettings['parentsFrom'],
): (request: TracedRequest, isFromProxy: IsFromProxy) => boolean {
  if (parentsFrom === 'clients') return () => true;
  if (parentsFrom === 'nobody') return () => false;
  return (request, isFromProxy) => isFromProxy(request);
}

/** Where a request stands: in the trace that it names, or at the beginning of one that may link to it. */
export function standingOf(
  incoming: Incoming | undefined,
  isBelieved: boolean,
  ids: RandomIds,
  sampler: Sampler,
): Standing {
  const believed = isBelieved ? incoming : undefined;
  const parent = believed?.parent;
  const traceId = parent?.traceId ?? ids.traceId();
  return {
    trace: {
      traceId,
      sampled: sampler(traceId, believed),
      debug: believed?.debug ?? false,
      random: believed?.random ?? false,
      state: believed?.state,
    },
    parentSpanId: parent?.spanId,
    link: isBelieved ? undefined : incoming?.parent,
  };
}
