import type { Reason } from '../status/index.js';
import type { TraceIds } from './tracer.js';

/** One request, once the last byte of its answer is known: for the log, the metrics, the trace and the console. */
export interface RequestEvent {
  readonly kind: 'request';
  readonly httpMethod: string;
  /** Template of the matched route, or undefined when none matched. Never the path itself. */
  readonly route: string | undefined;
  /** "shop.catalog.v1.CatalogService/GetProduct"; undefined when no route matched. */
  readonly method?: string | undefined;
  /** Whether the method streams, and which way; undefined when no route matched. */
  readonly shape?: 'unary' | 'server-stream' | 'client-stream' | 'bidi' | undefined;
  /** Status line as sent; a stream that failed midway keeps its 200 here. */
  readonly httpStatus: number;
  /** Canonical code with which the request ended. */
  readonly code: number;
  /** Which step of the gate refused the request, and why. */
  readonly refused?: { readonly step: string; readonly reason: Reason } | undefined;
  /** Why the gateway itself has answered with an error, where no step of the gate has. */
  readonly reason?: Reason | undefined;
  /** The client behind trusted proxies, or the peer. */
  readonly clientAddress?: string | undefined;
  /** Id of the authenticated caller, where there is one: see Principal. */
  readonly principal?: string | undefined;
  readonly durationMs: number;
  /** Bytes of the bodies, as they were read and made: without content coding, without heads and framing of HTTP. */
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly requestId: string;
  /** The span of the request, where there is a tracer. */
  readonly trace?: TraceIds | undefined;
  /** What was behind an error, never sent to the client. */
  readonly cause?: unknown;
}
