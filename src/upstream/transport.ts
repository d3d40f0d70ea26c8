import type { CancelSignal } from '../cancel-signal.js';
import type { Metadata, Outcome } from '../status/index.js';
import type { CallTrace } from '../telemetry/index.js';
import type { TransportLoad } from './report.js';

/** What a call needs besides its messages. */
export interface Call {
  /** "/shop.catalog.v1.CatalogService/GetProduct" */
  readonly path: string;
  readonly metadata: Metadata;
  /** Point on the monotonic clock (clock.ts), or undefined for none; the remaining time goes upstream. */
  readonly deadline: number | undefined;
  /** Aborted when the client is gone: the call is cancelled upstream and ends CANCELLED. */
  readonly signal: CancelSignal;
  /** A larger message ends the call with UPSTREAM_MESSAGE_TOO_LARGE. */
  readonly responseMessageBytesMax: number;
  /** Header fields of the client's request, lower-case names, for policies that look at them; they are not sent. */
  readonly headers?: readonly (readonly [name: string, value: string])[] | undefined;
  /** Where a ring of endpoints places the call; calls of one hash go to one endpoint. */
  readonly hash?: number | undefined;
  /** Endpoints that this call has been sent to, for one that is repeated: a balancer adds its choice and avoids the others. */
  readonly tried?: Set<string> | undefined;
  /** Watches over its attempts. */
  readonly trace?: CallTrace | undefined;
}

/** Carries protobuf bytes to one target and back. Knows no descriptors. */
export interface Transport {
  /** Resolves with any status; rejects never. */
  unary(call: Call, message: Uint8Array): Promise<Outcome>;
  /** Opens a call of any streaming shape; fails through its outcome, never by throwing. */
  stream(call: Call): StreamCall;
  /** Closes connections; calls in flight are cancelled. */
  close(): Promise<void>;
}

/** One streaming call. Pull-driven: nothing is read ahead of `next` but one flow-control window. */
export interface StreamCall {
  /**
   * Hands over one message, which must not change until the call has ended; resolves when the window has room
   * for another, or the call ended.
   */
  send(message: Uint8Array): Promise<void>;
  /** Half-closes: no more messages from us. */
  end(): void;
  /** The next response message, or undefined once there are no more; then `outcome` is settled. */
  next(): Promise<Uint8Array | undefined>;
  /** Leading metadata; empty when the call ends without any. Never rejects. */
  readonly headers: Promise<Metadata>;
  /** How the call ended, without `message`. Never rejects. */
  readonly outcome: Promise<Outcome>;
  /** Ends the call on both sides at once; idempotent. */
  cancel(): void;
}

/** What a transport to one endpoint is doing; "failed" is the pause between two attempts to connect. */
export type Connectivity = 'idle' | 'connecting' | 'ready' | 'failed';

/** A transport whose calls all go to one endpoint, and which says whether they would get there. */
export interface EndpointTransport extends Transport {
  /** As it is now. */
  connectivity(): Connectivity;
  /** Calls `changed` after each change, until the transport is closed or the returned function is called. */
  watch(changed: () => void): () => void;
  /** Connects without a call, if idle. */
  connect(): void;
  /** As it is now. */
  load(): TransportLoad;
}
