import type { SpanAttributes } from './attributes.js';

/** Something that happened during a span. */
export interface SpanEvent {
  readonly name: string;
  /** Point on the monotonic clock. */
  readonly at: number;
  readonly attributes?: SpanAttributes | undefined;
}

/** A span that is over and is to be kept, free of any SDK. Times are points on the monotonic clock. */
export interface FinishedSpan {
  readonly name: string;
  readonly kind: 'server' | 'client';
  readonly traceId: string;
  readonly spanId: string;
  /** `remote` where it is somebody else's. */
  readonly parent: { readonly spanId: string; readonly remote: boolean } | undefined;
  /** A trace that this one has to do with, without being part of it. */
  readonly link: { readonly traceId: string; readonly spanId: string } | undefined;
  /** `tracestate` */
  readonly state: string | undefined;
  /** Milliseconds from the epoch to the zero of that clock: the same in all spans of a request. */
  readonly epochMs: number;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly attributes: SpanAttributes;
  readonly events: readonly SpanEvent[];
  /** What went wrong, in words that may be empty; undefined where nothing did. */
  readonly error: string | undefined;
}
