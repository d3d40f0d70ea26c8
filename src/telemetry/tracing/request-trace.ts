import type { Clock } from '../../clock.js';
import { Code, type Metadata, type Status } from '../../status/index.js';
import type { RequestEvent } from '../request-event.js';
import type {
  AttemptSpan,
  CallAttempt,
  RequestSpan,
  StreamPhase,
  TracedRequest,
  TraceIds,
} from '../tracer.js';
import {
  attemptAttributes,
  attemptName,
  exceptionAttributes,
  requestAttributes,
  requestFailed,
  requestName,
  type SpanAttributes,
  statusText,
} from './attributes.js';
import type { FinishedSpan, SpanEvent } from './finished-span.js';
import type { Outgoing } from './formats/format.js';
import type { Propagation } from './propagation.js';
import type { RandomIds } from './random-ids.js';

/** What the traces of all requests share. */
export interface TraceHost {
  readonly clock: Clock;
  /** Milliseconds from the epoch to the clock's zero, as near as is known by now. */
  readonly epochDistance: () => number;
  readonly ids: RandomIds;
  readonly propagation: Propagation;
  /** Whether failed requests are kept that were not sampled. */
  readonly keepErrors: boolean;
  /** Requests that take longer are kept, in milliseconds. */
  readonly slowMs: number;
  /** Whether spans say who the caller was. */
  readonly withPrincipal: boolean;
  /** Takes the spans that are kept. */
  readonly keep: (span: FinishedSpan) => void;
}

/** Where a request stands in its trace. */
export interface Standing {
  readonly trace: Outgoing;
  readonly parentSpanId: string | undefined;
  /** The caller's span where it is not believed. */
  readonly link: FinishedSpan['link'];
}

/** More attempts are not written down: a request that is not kept must not hold much. */
const attemptsMax = 32;

/**
 * The span of a request and those of its attempts, as notes of what only they know. Spans are made of them at
 * the end, if the request is kept: because it was sampled, or because it has failed or was slow.
 */
export class RequestTrace implements RequestSpan {
  readonly ids: TraceIds;
  readonly standing: Standing;
  readonly host: TraceHost;
  readonly #request: TracedRequest;
  readonly #invocation: SpanAttributes | undefined;
  readonly #startedAt: number;
  #epochMs: number | undefined;
  #events: SpanEvent[] | undefined;
  #attempts: AttemptTrace[] | undefined;
  /** Whether the request is over, and whether it is kept. */
  #end: 'open' | 'kept' | 'dropped' = 'open';

  /** `invocation` is what its span says of the function that answers it. */
  constructor(
    request: TracedRequest,
    standing: Standing,
    host: TraceHost,
    invocation: SpanAttributes | undefined,
  ) {
    const { traceId, sampled } = standing.trace;
    this.ids = { traceId, spanId: host.ids.spanId(), sampled };
    this.standing = standing;
    this.host = host;
    this.#request = request;
    this.#invocation = invocation;
    this.#startedAt = host.clock.now();
  }

  event(phase: StreamPhase): void {
    this.#events ??= [];
    this.#events.push({ name: phase, at: this.host.clock.now() });
  }

  attempt(attempt: CallAttempt): AttemptSpan {
    const span = new AttemptTrace(this, attempt);
    this.#attempts ??= [];
    if (this.#attempts.length < attemptsMax) this.#attempts.push(span);
    return span;
  }

  end(event: RequestEvent): void {
    const why = this.#whyKept(event);
    this.#end = why === undefined ? 'dropped' : 'kept';
    if (why !== undefined) {
      this.#keep(event, why);
      for (const attempt of this.#attempts ?? []) attempt.keep();
    }
    this.#attempts = undefined;
    this.#events = undefined;
  }

  /** Whether an attempt that ends now is kept: known once the request is over. */
  get isKept(): boolean {
    return this.#end === 'kept';
  }

  /** Known better from look to look; a request whose spans had two of them could end before its call. */
  get epochMs(): number {
    this.#epochMs ??= this.host.epochDistance();
    return this.#epochMs;
  }

  #whyKept(event: RequestEvent): 'sampled' | 'error' | 'slow' | undefined {
    if (this.ids.sampled) return 'sampled';
    if (this.host.keepErrors && requestFailed(event)) return 'error';
    return this.#waitedMs(event) > this.host.slowMs ? 'slow' : undefined;
  }

  /** How long the client waited for something: a stream may well be open for hours. */
  #waitedMs({ durationMs }: RequestEvent): number {
    const first = this.#events?.find(({ name }) => name === 'stream.first_message_out');
    return first === undefined ? durationMs : first.at - this.#startedAt;
  }

  #keep(event: RequestEvent, why: 'sampled' | 'error' | 'slow'): void {
    const { trace, parentSpanId, link } = this.standing;
    const endedAt = this.host.clock.now();
    const attributes = requestAttributes(this.#request, event, this.host.withPrincipal);
    Object.assign(attributes, this.#invocation);
    if (why !== 'sampled') attributes['propylon.kept'] = why;
    const exception =
      event.cause === undefined
        ? []
        : [{ name: 'exception', at: endedAt, attributes: exceptionAttributes(event.cause) }];
    this.host.keep({
      name: requestName(event),
      kind: 'server',
      traceId: trace.traceId,
      spanId: this.ids.spanId,
      parent: parentSpanId === undefined ? undefined : { spanId: parentSpanId, remote: true },
      link,
      state: trace.state,
      epochMs: this.epochMs,
      startedAt: this.#startedAt,
      endedAt,
      attributes,
      events: [...(this.#events ?? []), ...exception],
      error: requestFailed(event) ? '' : undefined,
    });
  }
}

/** One sending of a call. */
class AttemptTrace implements AttemptSpan {
  readonly metadata: Metadata;
  readonly #request: RequestTrace;
  readonly #attempt: CallAttempt;
  readonly #spanId: string;
  readonly #startedAt: number;
  #endedAt = 0;
  #status: Status | undefined;

  constructor(request: RequestTrace, attempt: CallAttempt) {
    const { clock, ids, propagation } = request.host;
    this.#request = request;
    this.#attempt = attempt;
    this.#spanId = ids.spanId();
    this.#startedAt = clock.now();
    this.metadata = propagation.inject(request.standing.trace, this.#spanId);
  }

  end(status: Status): void {
    if (this.#status !== undefined) return;
    this.#status = status;
    this.#endedAt = this.#request.host.clock.now();
    if (this.#request.isKept) this.keep();
  }

  /** Keeps it if it is over; else it does so itself when it ends. */
  keep(): void {
    if (this.#status === undefined) return;
    const { code, message } = this.#status;
    const { host, standing, ids } = this.#request;
    host.keep({
      name: attemptName(this.#attempt),
      kind: 'client',
      traceId: ids.traceId,
      spanId: this.#spanId,
      parent: { spanId: ids.spanId, remote: false },
      link: undefined,
      state: standing.trace.state,
      epochMs: this.#request.epochMs,
      startedAt: this.#startedAt,
      endedAt: this.#endedAt,
      attributes: attemptAttributes(this.#attempt, code),
      events: [],
      error: code === Code.OK ? undefined : statusText(message),
    });
  }
}
