import type { Clock } from '../../clock.js';
import type { Connection } from './connection.js';
import type { OpenSocket } from './dial.js';
import type { KeepaliveOptions } from './keepalive.js';
import type { RequestHeadEncoder } from './request-head.js';

export interface ConnectionOptions {
  readonly clock: Clock;
  readonly openSocket: OpenSocket;
  readonly heads: RequestHeadEncoder;
  /** From the first step to the server's SETTINGS. */
  readonly connectTimeoutMs: number;
  readonly keepalive: KeepaliveOptions;
  /** Header fields of one response block, as RFC 9113 §6.5.2 counts them, and their bytes on the wire. */
  readonly headerListBytesMax: number;
  /** The last stream that may be opened; RFC 9113 §5.1.1 has no more than 2^31-1. */
  readonly streamIdMax: number;
}

/**
 * How a connection ended: before it took calls, by itself before it was given any, or after it had been of
 * use (or of none to anybody, for long enough).
 */
export type ConnectionEnd = 'unreached' | 'useless' | 'used';

/** Who is told what becomes of a connection. */
export interface ConnectionOwner {
  /** It takes calls. */
  ready(connection: Connection): void;
  /** There may be room for another call. */
  roomier(connection: Connection): void;
  /** It takes no more calls. */
  draining(connection: Connection): void;
  /** It is gone. */
  closed(connection: Connection, end: ConnectionEnd): void;
  /** The server complains of pings (grpc, A8). */
  tooManyPings(): void;
}
