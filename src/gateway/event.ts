import type { Reason } from '../status/index.js';

/** What the gateway tells its log: one event per request, once the last byte of the answer is known. */
export interface GatewayEvent {
  readonly kind: 'request';
  readonly httpMethod: string;
  /** Template of the matched route, or undefined when none matched. Never the path itself. */
  readonly route: string | undefined;
  /** Status line as sent; a stream that failed midway keeps its 200 here. */
  readonly httpStatus: number;
  /** Canonical code with which the request ended. */
  readonly code: number;
  /** Which step of the gate refused the request, and why. */
  readonly refused?: { readonly step: string; readonly reason: Reason } | undefined;
  /** The client behind trusted proxies, or the peer; undefined where no route matched. */
  readonly clientAddress?: string | undefined;
  /** Id of the authenticated caller, where there is one: see Principal. */
  readonly principal?: string | undefined;
  readonly durationMs: number;
  readonly requestId: string;
  /** What was behind an error, never sent to the client. */
  readonly cause?: unknown;
}
