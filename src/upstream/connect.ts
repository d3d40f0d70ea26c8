import type { Clock } from '../clock.js';
import type { Limits } from '../limits.js';
import { createGrpcJsTransport, createXdsTransport } from './grpcjs/transport.js';
import type { Xds } from './grpcjs/xds.js';
import { createHttp2Transport } from './http2/transport.js';
import type { UpstreamOptions } from './options.js';
import type { Endpoint } from './resolver/resolver.js';
import type { XdsTarget } from './target.js';
import type { EndpointTransport } from './transport.js';

/** What all transports share. */
export interface TransportHost {
  readonly limits: Limits;
  readonly clock: Clock;
  /** Undefined where no target asked for it, or where it cannot be had. */
  readonly xds: Xds | undefined;
}

/** What every transport is made with. */
function commonOptions({ limits, clock }: TransportHost, requestCompression: 'gzip' | undefined) {
  const { responseMessageBytesMax, connectTimeoutMs } = limits;
  const backoff = { initialMs: limits.reconnectDelayMsMin, maxMs: limits.reconnectDelayMsMax };
  return { clock, responseMessageBytesMax, connectTimeoutMs, backoff, requestCompression };
}

/** Makes the transport to one endpoint, of the kind that its upstream asks for; it connects with its first call. */
export function connectTransport(
  { target, authority }: Endpoint,
  { transport, tls, breaker, compression }: UpstreamOptions,
  host: TransportHost,
): EndpointTransport {
  const options = { ...commonOptions(host, compression), authority, tls };
  if (transport === 'grpc-js') return createGrpcJsTransport(target, options);
  const connectionsMax = breaker?.connectionsMax;
  return createHttp2Transport(target, {
    ...options,
    idleMs: host.limits.connectionIdleMs,
    responseHeadBytesMax: host.limits.responseHeadBytesMax,
    ...(connectionsMax === undefined ? {} : { connectionsMax }),
  });
}

/** Makes the transport to a target that is left to the control plane of a mesh. Throws Error without `xds`. */
export function connectXds(
  target: XdsTarget,
  { compression }: UpstreamOptions,
  host: TransportHost,
): EndpointTransport {
  if (host.xds === undefined) throw new Error(`${target.text} needs @grpc/grpc-js-xds`);
  return createXdsTransport(target, host.xds, commonOptions(host, compression));
}
