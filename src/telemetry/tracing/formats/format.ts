import type { MetadataEntry } from '../../../status/index.js';
import type { TraceFields } from './fields.js';

/** What a request says of the trace that it belongs to. */
export interface Incoming {
  /** The caller's span; absent where only the decision has come along (B3). */
  readonly parent?: { readonly traceId: string; readonly spanId: string } | undefined;
  /** The caller's decision; undefined where it leaves it to us (B3). */
  readonly sampled: boolean | undefined;
  /** B3 and Jaeger: keep this trace whatever it costs. */
  readonly debug?: boolean | undefined;
  /** W3C Trace Context Level 2 §3.2.2.5.2: the trace id is random. */
  readonly random?: boolean | undefined;
  /** `tracestate`, checked. */
  readonly state?: string | undefined;
}

/** What those behind us are told of the trace of a request. */
export interface Outgoing {
  readonly traceId: string;
  readonly sampled: boolean;
  readonly debug: boolean;
  readonly random: boolean;
  readonly state: string | undefined;
}

/** One way to write a trace into header fields. */
export interface TraceFormat {
  /** Reads what a request says; what is malformed says nothing. */
  extract(fields: TraceFields): Incoming | undefined;
  /** Adds the metadata that names a span as the parent of what comes. */
  inject(trace: Outgoing, spanId: string, metadata: MetadataEntry[]): void;
}

/** Neither a trace nor a span has the id zero. */
export function isZero(id: string): boolean {
  return /^0*$/.test(id);
}
