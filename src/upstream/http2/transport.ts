import { type Clock, systemClock } from '../../clock.js';
import { defaultLimits } from '../../limits.js';
import { type BackoffOptions, defaultBackoff } from '../backoff.js';
import type { UpstreamTls } from '../options.js';
import { authorityOf, type EndpointTarget } from '../target.js';
import { createTls } from '../tls.js';
import type { EndpointTransport } from '../transport.js';
import { DeadlineWheel } from './deadline-wheel.js';
import { type Address, createDial } from './dial.js';
import { Pool } from './pool.js';
import { RequestCompression } from './request-compression.js';
import { RequestHeadEncoder } from './request-head.js';
import { openStream } from './stream-call.js';
import { callUnary } from './unary.js';

export interface Http2TransportOptions {
  /**
   * Bytes of the largest response message that is taken into memory, for all calls of the transport; a call
   * may ask for less. Default: `responseMessageBytesMax` of limits.ts.
   */
  readonly responseMessageBytesMax?: number;
  /** A call fails when there is no connection after this time. Default 10 s, less than the default deadline. */
  readonly connectTimeoutMs?: number;
  /** Pauses between attempts to connect. Default: what grpc recommends, 1 s to 2 min. */
  readonly backoff?: BackoffOptions;
  /** Without it connections are plain text. */
  readonly tls?: UpstreamTls | undefined;
  /** What the server is called in `:authority`, where that is not what the target says. */
  readonly authority?: string | undefined;
  /**
   * Request messages of `compressionBytesMin` (limits.ts) or more go out compressed, until the backend says that
   * it does not read that. Default: none does. Answers may always be.
   */
  readonly requestCompression?: 'gzip' | undefined;
  /** A connection with calls on which nothing came for this time is pinged. Default 5 min: what servers allow unasked (grpc, A8). */
  readonly keepaliveMs?: number;
  /** Header fields of one answer. Default: `responseHeadBytesMax` of limits.ts. */
  readonly responseHeadBytesMax?: number;
  /** A connection without calls is closed after this time. Default: `connectionIdleMs` of limits.ts. */
  readonly idleMs?: number;
  /**
   * Connections at a time, when all others carry as many calls as the server allows; those that the server is
   * leaving do not count. Default 8.
   */
  readonly connectionsMax?: number;
  /** Calls that wait for a connection or a stream at a time; another fails at once. Default 1000. */
  readonly waitingCallsMax?: number;
  /** Streams on one connection before another takes over. Default and maximum: as many as there are ids. */
  readonly streamIdMax?: number;
  readonly clock?: Clock;
  /** From 0 to 1; spreads attempts to connect. */
  readonly random?: () => number;
}

/** What there is of a transport at this moment. */
export interface TransportCounts {
  readonly connections: number;
  readonly openStreams: number;
  readonly waitingCalls: number;
  readonly deadlines: number;
}

export interface Http2Transport extends EndpointTransport {
  readonly counts: TransportCounts;
}

/**
 * The transport on node:net and node:tls: one endpoint, connecting with the first call.
 *
 * Calls fail fast: one that arrives while the connection is being made waits for that attempt, one that
 * arrives after a failed attempt and before the next ends UPSTREAM_UNAVAILABLE at once. Messages that are
 * handed out have memory of their own; those handed in must not change before the call has ended.
 */
export function createHttp2Transport(
  target: EndpointTarget,
  options: Http2TransportOptions = {},
): Http2Transport {
  const clock = options.clock ?? systemClock;
  const address = addressOf(target);
  const authority = options.authority ?? authorityOf(target);
  const { tls } = options;
  const pool = new Pool({
    clock,
    openSocket: createDial(address, tls && createTls(tls, authority, clock)),
    heads: new RequestHeadEncoder(tls === undefined ? 'http' : 'https', authority),
    connectTimeoutMs: options.connectTimeoutMs ?? defaultLimits.connectTimeoutMs,
    keepalive: {
      intervalMs: options.keepaliveMs ?? 300_000,
      timeoutMs: 10_000,
      idleMs: options.idleMs ?? defaultLimits.connectionIdleMs,
    },
    headerListBytesMax: options.responseHeadBytesMax ?? defaultLimits.responseHeadBytesMax,
    responseMessageBytesMax: options.responseMessageBytesMax ?? defaultLimits.responseMessageBytesMax,
    compression: new RequestCompression(options.requestCompression === 'gzip'),
    streamIdMax: options.streamIdMax ?? 0x7fff_ffff,
    backoff: options.backoff ?? defaultBackoff,
    random: options.random ?? Math.random,
    connectionsMax: options.connectionsMax ?? 8,
    waitingCallsMax: options.waitingCallsMax ?? 1_000,
    wheel: new DeadlineWheel(clock),
  });
  return {
    unary: (call, message) => callUnary(pool, call, message),
    stream: (call) => openStream(pool, call),
    connectivity: () => pool.connectivity,
    watch: (changed) => pool.watch(changed),
    connect: () => pool.connect(),
    load() {
      const { connections, openStreams: streams, waitingCalls } = pool.counts;
      return { inFlight: streams + waitingCalls, connections, streams, waitingCalls };
    },
    async close() {
      pool.close();
    },
    get counts() {
      return { ...pool.counts, deadlines: pool.wheel.size };
    },
  };
}

function addressOf(target: EndpointTarget): Address {
  return target.kind === 'host' ? { kind: 'tcp', ...target.endpoint } : { kind: 'unix', path: target.path };
}
