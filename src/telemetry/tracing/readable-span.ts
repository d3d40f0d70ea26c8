import { createTraceState, type HrTime, SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import type { FinishedSpan } from './finished-span.js';

/** A finished span as exporters take it. What is kept counts as sampled, whatever those behind us were told. */
export function readableSpan(
  span: FinishedSpan,
  resource: Resource,
  instrumentationScope: ReadableSpan['instrumentationScope'],
): ReadableSpan {
  const { traceId, spanId, parent, link, state, epochMs } = span;
  const own = {
    traceId,
    spanId,
    traceFlags: TraceFlags.SAMPLED,
    ...(state === undefined ? {} : { traceState: createTraceState(state) }),
  };
  return {
    name: span.name,
    kind: span.kind === 'server' ? SpanKind.SERVER : SpanKind.CLIENT,
    spanContext: () => own,
    ...(parent === undefined
      ? {}
      : {
          parentSpanContext: {
            traceId,
            spanId: parent.spanId,
            traceFlags: TraceFlags.SAMPLED,
            isRemote: parent.remote,
          },
        }),
    startTime: hrTime(epochMs + span.startedAt),
    endTime: hrTime(epochMs + span.endedAt),
    duration: hrTime(span.endedAt - span.startedAt),
    status:
      span.error === undefined
        ? { code: SpanStatusCode.UNSET }
        : { code: SpanStatusCode.ERROR, ...(span.error === '' ? {} : { message: span.error }) },
    attributes: span.attributes,
    links: link === undefined ? [] : [{ context: { ...link, traceFlags: TraceFlags.NONE, isRemote: true } }],
    events: span.events.map(({ name, at, attributes = {} }) => ({
      name,
      time: hrTime(epochMs + at),
      attributes,
    })),
    ended: true,
    resource,
    instrumentationScope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

/** Seconds and nanoseconds. */
function hrTime(ms: number): HrTime {
  const seconds = Math.trunc(ms / 1_000);
  return [seconds, Math.round((ms - seconds * 1_000) * 1e6)];
}
