import type { Clock } from '../clock.js';
import { createGrpcJsTransport, createXdsTransport } from './grpcjs/transport.js';
import type { Xds } from './grpcjs/xds.js';
import { createHttp2Transport } from './http2/transport.js';
import type { UpstreamOptions } from './options.js';
import type { Endpoint } from './resolver/resolver.js';
import type { XdsTarget } from './target.js';
import type { EndpointTransport } from './transport.js';

/** What all transports share. */
export interface TransportHost {
  readonly responseMessageBytesMax: number;
  readonly clock: Clock;
  /** Undefined where no target asked for it, or where it cannot be had. */
  readonly xds: Xds | undefined;
}

/**
 * A restarted backend is found again within two seconds at worst: what grpc recommends, up to two minutes,
 * is for clients whose number could be the server's trouble.
 */
const backoff = { initialMs: 100, maxMs: 2_000 };

/** Makes the transport to one endpoint, of the kind that its upstream asks for; it connects with its first call. */
export function connectTransport(
  { target, authority }: Endpoint,
  { transport, tls, breaker, compression }: UpstreamOptions,
  host: TransportHost,
): EndpointTransport {
  const options = { ...host, authority, tls, requestCompression: compression };
  if (transport === 'grpc-js') return createGrpcJsTransport(target, options);
  const connectionsMax = breaker?.connectionsMax;
  return createHttp2Transport(target, {
    ...options,
    backoff,
    ...(connectionsMax === undefined ? {} : { connectionsMax }),
  });
}

/** Makes the transport to a target that is left to the control plane of a mesh. Throws Error without `xds`. */
export function connectXds(
  target: XdsTarget,
  { compression }: UpstreamOptions,
  { xds, ...host }: TransportHost,
): EndpointTransport {
  if (xds === undefined) throw new Error(`${target.text} needs @grpc/grpc-js-xds`);
  return createXdsTransport(target, xds, { ...host, requestCompression: compression });
}
