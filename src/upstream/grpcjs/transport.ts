import { type Clock, systemClock } from '../../clock.js';
import { defaultLimits } from '../../limits.js';
import { Code } from '../../status/index.js';
import { type BackoffOptions, defaultBackoff } from '../backoff.js';
import { localStatus } from '../local-outcome.js';
import type { UpstreamTls } from '../options.js';
import { authorityOf, type EndpointTarget, type XdsTarget } from '../target.js';
import { createTls, type TlsConnection } from '../tls.js';
import type { EndpointTransport } from '../transport.js';
import type { CallHost, OpenCall } from './call.js';
import { type ChannelOptions, openChannel, openXdsChannel } from './channel.js';
import { connectivityOf, watchConnectivity } from './connectivity.js';
import { openStream } from './stream.js';
import { callUnary } from './unary.js';
import type { Xds } from './xds.js';

export interface GrpcJsTransportOptions {
  /**
   * Bytes of the largest response message that is taken into memory, for all calls of the transport; a call
   * may ask for less. Default: `responseMessageBytesMax` of limits.ts.
   */
  readonly responseMessageBytesMax?: number;
  /** A call fails when there is no connection after this time. Default 10 s, less than the default deadline. */
  readonly connectTimeoutMs?: number;
  /** Pauses between attempts to connect. Default: what grpc recommends, 1 s to 2 min. */
  readonly backoff?: BackoffOptions;
  /** What the server is called in `:authority`, where that is not what the target says. */
  readonly authority?: string | undefined;
  /**
   * Request messages of `compressionBytesMin` (limits.ts) or more go out compressed, until the backend says that
   * it does not read that (gRPC over HTTP/2, "Message-Encoding"). Default: none does. Answers may always be.
   */
  readonly requestCompression?: 'gzip' | undefined;
  /** Without it connections are plain text. */
  readonly tls?: UpstreamTls | undefined;
  readonly clock?: Clock;
}

/**
 * The transport on @grpc/grpc-js, connecting with the first call.
 *
 * Calls fail fast: one that arrives while the connection is being made waits for that attempt, one that
 * arrives after a failed attempt and before the next ends UPSTREAM_UNAVAILABLE at once.
 */
export function createGrpcJsTransport(
  target: EndpointTarget,
  options: GrpcJsTransportOptions = {},
): EndpointTransport {
  const authority = options.authority ?? authorityOf(target);
  const tls = options.tls && createTls(options.tls, authority, options.clock ?? systemClock);
  return transportOn(openChannel(target, channelOptions(options, authority, tls)), options);
}

/** The same on a target that is left to the control plane of a mesh: endpoints, balancing, certificates. */
export function createXdsTransport(
  target: XdsTarget,
  xds: Xds,
  options: GrpcJsTransportOptions = {},
): EndpointTransport {
  const { authority } = options;
  return transportOn(openXdsChannel(target, channelOptions(options, authority, undefined), xds), options);
}

function channelOptions(
  options: GrpcJsTransportOptions,
  authority: string | undefined,
  tls: TlsConnection | undefined,
): ChannelOptions {
  return {
    messageBytesMax: options.responseMessageBytesMax ?? defaultLimits.responseMessageBytesMax,
    requestCompression: options.requestCompression,
    authority,
    tls,
    backoff: options.backoff ?? defaultBackoff,
  };
}

function transportOn(channel: CallHost['channel'], options: GrpcJsTransportOptions): EndpointTransport {
  const open = new Set<OpenCall>();
  const host: CallHost = {
    channel,
    clock: options.clock ?? systemClock,
    connectTimeoutMs: options.connectTimeoutMs ?? defaultLimits.connectTimeoutMs,
    open,
  };
  return {
    unary: (call, message) => callUnary(host, call, message),
    stream: (call) => openStream(host, call),
    connectivity: () => connectivityOf(host.channel),
    watch: (changed) => watchConnectivity(host.channel, changed),
    connect() {
      host.channel.getConnectivityState(true);
    },
    load: () => ({ inFlight: open.size }),
    async close() {
      for (const call of open) call.stop(localStatus(Code.UNAVAILABLE, 'SHUTTING_DOWN'));
      host.channel.close();
    },
  };
}
