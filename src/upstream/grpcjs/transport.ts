import { type Clock, systemClock } from '../../clock.js';
import { defaultLimits } from '../../limits.js';
import { Code } from '../../status/index.js';
import type { Target } from '../target.js';
import type { Transport } from '../transport.js';
import type { CallHost, OpenCall } from './call.js';
import { openChannel } from './channel.js';
import { localStatus } from './local-status.js';
import { openStream } from './stream.js';
import { callUnary } from './unary.js';

export interface GrpcJsTransportOptions {
  /**
   * Bytes of the largest response message that is taken into memory, for all calls of the transport; a call
   * may ask for less. Default: `responseMessageBytesMax` of limits.ts.
   */
  readonly responseMessageBytesMax?: number;
  /** A call fails when there is no connection after this time. Default 10 s, less than the default deadline. */
  readonly connectTimeoutMs?: number;
  readonly clock?: Clock;
}

/**
 * The transport on @grpc/grpc-js: HTTP/2 without TLS, connecting with the first call.
 *
 * Calls fail fast: one that arrives while the connection is being made waits for that attempt, one that
 * arrives after a failed attempt and before the next ends UPSTREAM_UNAVAILABLE at once.
 */
export function createGrpcJsTransport(target: Target, options: GrpcJsTransportOptions = {}): Transport {
  const open = new Set<OpenCall>();
  const host: CallHost = {
    channel: openChannel(target, options.responseMessageBytesMax ?? defaultLimits.responseMessageBytesMax),
    clock: options.clock ?? systemClock,
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    open,
  };
  return {
    unary: (call, message) => callUnary(host, call, message),
    stream: (call) => openStream(host, call),
    async close() {
      for (const call of open) call.stop(localStatus(Code.UNAVAILABLE, 'SHUTTING_DOWN'));
      host.channel.close();
    },
  };
}
