import type { HeaderFields } from '../headers.js';
import type { Metadata, Status } from '../status/index.js';
import type { RequestEvent } from './request-event.js';

/** Where a request stands in its trace, as other systems write it: W3C Trace Context §3.2. */
export interface TraceIds {
  /** 32 digits of lower-case hex. */
  readonly traceId: string;
  /** 16 digits. */
  readonly spanId: string;
  /** Whether the trace is kept, as far as that is known when the request comes. */
  readonly sampled: boolean;
}

/** The invocation of a function of a cloud that a request is, as far as its platform tells. */
export interface Invocation {
  readonly id?: string | undefined;
  /** Of the function, where instances may run several. */
  readonly functionName?: string | undefined;
  /** "arn:aws:lambda:eu-central-1:123456789012:function:shop:live", as it was invoked. */
  readonly arn?: string | undefined;
}

/** A request when it comes; an exchange of the gateway is one. */
export interface TracedRequest {
  readonly httpMethod: string;
  /** The raw request target. */
  readonly target: string;
  readonly headers: HeaderFields;
  readonly peerAddress: string;
  readonly scheme: 'http' | 'https';
  /** Absent where no platform has invoked anything. */
  readonly invocation?: Invocation | undefined;
}

/** Makes spans of requests and of the calls that come of them. Must not throw. */
export interface Tracer {
  /**
   * Header fields, in lower case, by which traces come and go: what a client sends under these names no
   * backend gets, but what the spans say instead.
   */
  readonly names: ReadonlySet<string>;
  /**
   * The span of a request that has just come, under whatever parent its header fields name, as far as that is
   * believed: `isFromProxy` says whether a trusted proxy has sent it.
   */
  start(
    request: TracedRequest,
    isFromProxy: (request: Pick<TracedRequest, 'peerAddress'>) => boolean,
  ): RequestSpan;
  /** Sends the spans of whatever has ended; resolves once they are taken, or lost, whenever that is. Never rejects. */
  flush(): Promise<void>;
  /** Sends what is left, within some seconds; the gateway calls it when it closes. Never rejects. */
  close(): Promise<void>;
}

/** Phases of a stream as its client sees it: "in" is what it sends. Each comes at most once. */
export type StreamPhase =
  | 'stream.first_message_in'
  | 'stream.half_close'
  | 'stream.first_message_out'
  | 'stream.end';

/** The span of one request. */
export interface RequestSpan extends CallTrace {
  readonly ids: TraceIds;
  /** A stream has come to a new phase. */
  event(phase: StreamPhase): void;
  /** The last byte of the answer is known: what the span is called, and whether it failed. */
  end(event: RequestEvent): void;
}

/** What watches over the attempts of a call. */
export interface CallTrace {
  /** The call is about to be sent to an endpoint; undefined where nobody watches this one. */
  attempt(attempt: CallAttempt): AttemptSpan | undefined;
}

/** One sending of a call: retries and hedges are further ones. */
export interface CallAttempt {
  /** "/shop.catalog.v1.CatalogService/GetProduct" */
  readonly path: string;
  /** "host:port" or "unix:/path" */
  readonly endpoint: string;
}

/** The span of one attempt. */
export interface AttemptSpan {
  /** Goes with the attempt, behind the metadata of the call. */
  readonly metadata: Metadata;
  end(status: Status): void;
}
