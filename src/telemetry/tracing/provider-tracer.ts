import {
  type Context,
  context,
  createTraceState,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import { Code } from '../../status/index.js';
import { traceFieldNames } from '../../trace-fields.js';
import { version } from '../../version.js';
import type { Tracer } from '../tracer.js';
import {
  attemptAttributes,
  attemptName,
  exceptionAttributes,
  requestAttributes,
  requestFailed,
  requestName,
  statusText,
} from './attributes.js';
import type { Incoming, Outgoing } from './formats/format.js';
import { propagationOf } from './propagation.js';
import type { TracingSettings } from './settings.js';
import { believes } from './standing.js';

/**
 * A tracer whose spans are those of somebody else's provider, who decides what is sampled and where spans go.
 * A span that is active when a request comes, such as that of the HTTP server around an embedded gateway, is
 * its parent before whatever its header fields say.
 */
export function providerTracer(provider: TracerProvider, settings: TracingSettings): Tracer {
  const tracer = provider.getTracer('propylon', version);
  const propagation = propagationOf(settings.formats);
  const isBelieved = believes(settings.parentsFrom);
  return {
    names: traceFieldNames,
    start(request, isFromProxy) {
      const incoming = propagation.extract(request.headers);
      const believed = incoming !== undefined && isBelieved(request, isFromProxy) ? incoming : undefined;
      const around = trace.getSpanContext(context.active());
      const parent = around ?? spanContextOf(believed);
      const link = parent === undefined ? spanContextOf(incoming) : undefined;
      const span = tracer.startSpan(
        request.httpMethod,
        { kind: SpanKind.SERVER, links: link === undefined ? [] : [{ context: link }] },
        within(parent),
      );
      const ids = span.spanContext();
      return {
        ids: { traceId: ids.traceId, spanId: ids.spanId, sampled: isSampled(ids) },
        event: (name) => void span.addEvent(name),
        attempt(attempt) {
          const own = tracer.startSpan(attemptName(attempt), { kind: SpanKind.CLIENT }, within(ids));
          return {
            metadata: propagation.inject(outgoingOf(own.spanContext(), believed), own.spanContext().spanId),
            end({ code, message }) {
              own.setAttributes(attemptAttributes(attempt, code));
              if (code !== Code.OK)
                own.setStatus({ code: SpanStatusCode.ERROR, message: statusText(message) });
              own.end();
            },
          };
        },
        end(event) {
          span.updateName(requestName(event));
          span.setAttributes(requestAttributes(request, event, settings.withPrincipal));
          if (event.cause !== undefined) span.addEvent('exception', exceptionAttributes(event.cause));
          if (requestFailed(event)) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        },
      };
    },
    // The provider is its owner's to flush and to shut down.
    flush: async () => undefined,
    close: async () => undefined,
  };
}

function within(parent: SpanContext | undefined): Context {
  return parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
}

function isSampled({ traceFlags }: SpanContext): boolean {
  return (traceFlags & TraceFlags.SAMPLED) !== 0;
}

function spanContextOf(incoming: Incoming | undefined): SpanContext | undefined {
  if (incoming?.parent === undefined) return undefined;
  const { parent, sampled, state } = incoming;
  return {
    ...parent,
    isRemote: true,
    traceFlags: sampled === true ? TraceFlags.SAMPLED : TraceFlags.NONE,
    ...(state === undefined ? {} : { traceState: createTraceState(state) }),
  };
}

function outgoingOf(own: SpanContext, incoming: Incoming | undefined): Outgoing {
  return {
    traceId: own.traceId,
    sampled: isSampled(own),
    debug: incoming?.debug ?? false,
    random: incoming?.random ?? false,
    state: own.traceState?.serialize(),
  };
}
