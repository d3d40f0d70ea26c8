import type { CancelSignal } from '../cancel-signal.js';
import type { PeerCertificate } from '../gate/index.js';
import type { HeaderFields } from '../headers.js';
import type { Invocation } from '../telemetry/index.js';

export type { HeaderField, HeaderFields } from '../headers.js';

/** One HTTP request, free of any HTTP framework. Adapters (server/node.ts, server/fetch.ts) make it. */
export interface Exchange {
  /** "GET", as sent (case-sensitive, RFC 9110 §9.1). */
  readonly httpMethod: string;
  /** The raw request target, not normalised: "/v1/a%2Fb?x=1". */
  readonly target: string;
  readonly headers: HeaderFields;
  /** Address of the peer socket, "" where unknown. */
  readonly peerAddress: string;
  /** "http" or "https": how the peer reached us. */
  readonly scheme: 'http' | 'https';
  /** What the client has shown in the TLS handshake with us, verified there; undefined where it has shown nothing. */
  readonly peerCertificate?: PeerCertificate | undefined;
  /** True for HTTP/2 and for a client that sent `TE: trailers`: trailers reach it. */
  readonly trailersAccepted: boolean;
  /**
   * The body in chunks, read at most once, and often not to its end: the adapter sees to what is
   * left of it. Undefined when the request has none.
   */
  readonly body: AsyncIterable<Uint8Array> | undefined;
  /**
   * The whole body where all of it came with the head, and then nothing of `body` is left; else undefined. Absent
   * where nobody can tell.
   */
  readonly bodyAtOnce?: (() => Promise<Uint8Array | undefined>) | undefined;
  /** What a platform says of it that has invoked a function for it. */
  readonly invocation?: Invocation | undefined;
  /** Aborted when the client disconnects. */
  readonly signal: CancelSignal;
}

/** The answer to one request. */
export interface Reply {
  readonly httpStatus: number;
  readonly headers: HeaderFields;
  /**
   * Bytes, or a pull-driven stream of chunks, before whose first one the head is to be sent. A
   * stream that throws must reach the client as an incomplete body: the connection is cut, without
   * a final chunk. One that is given up is ended by `return`.
   */
  readonly body: Uint8Array | AsyncIterable<Uint8Array>;
  /** Fields to send behind the body, called once it has ended well. Only for a client that takes trailers. */
  readonly trailers?: (() => HeaderFields) | undefined;
}
