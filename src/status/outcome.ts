import type { Metadata } from './metadata.js';
import type { Reason } from './reason.js';
import type { Status } from './status.js';

/**
 * How a backend call ended. A value, never thrown: statuses of backends are expected.
 */
export interface Outcome {
  readonly status: Status;
  /**
   * Set when the status was not given by the backend but made on our side of the connection
   * (deadline, refused connection, protocol garbage, oversized message). Its message is then
   * one of ours and names no address.
   */
  readonly localReason?: Reason;
  /** The server certainly never processed the call, so that it may be repeated whatever it does. */
  readonly unprocessed?: true;
  /** The call ended without response headers (a trailers-only answer has none): nothing of an answer was seen. */
  readonly unanswered?: true;
  /** What the server says in `grpc-retry-pushback-ms`: when to repeat the call; below zero for never (gRFC A6). */
  readonly retryPushbackMs?: number;
  /** Leading metadata; empty for a trailers-only answer. */
  readonly metadata: Metadata;
  readonly trailers: Metadata;
  /** The one response message of a unary or client-streaming call that ended with OK. */
  readonly message?: Uint8Array;
}
