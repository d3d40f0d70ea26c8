import { systemClock } from '../../src/clock.js';
import { defaultLimits } from '../../src/limits.js';
import { connectTransport, type EndpointTransport, type UpstreamOptions } from '../../src/upstream/index.js';

/** Every transport that a backend can be given. */
export const transports = ['http2', 'grpc-js'] as const;

/** Connects one to a port of 127.0.0.1, as the gateway does. */
export function connectLoopback(
  port: number,
  options: Omit<UpstreamOptions, 'target'> & { readonly transport: (typeof transports)[number] },
): EndpointTransport {
  const text = `127.0.0.1:${port}`;
  const target = { kind: 'host', text, endpoint: { host: '127.0.0.1', port } } as const;
  return connectTransport(
    { target, authority: undefined },
    { ...options, target: text },
    { clock: systemClock, limits: defaultLimits, xds: undefined },
  );
}
