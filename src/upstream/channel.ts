import type { Clock, Random } from '../clock.js';
import { createBalancer } from './balancer/create.js';
import { hashed } from './balancer/hashed.js';
import type { Method } from './method.js';
import { createPool } from './pool.js';
import { createDnsResolver, type Lookup } from './resolver/dns.js';
import type { Endpoint, Resolver } from './resolver/resolver.js';
import { createStaticResolver } from './resolver/static.js';
import { type EndpointTarget, formatHostPort, type Target } from './target.js';
import type { EndpointTransport, Transport } from './transport.js';
import type { Upstream } from './upstream.js';

/** What carries calls to one upstream: resolver, balancer, transports and policies. */
export interface Channel {
  /** The transport for calls of one method, with every policy decided. Cheap, and for load time. */
  method(method: Method): Transport;
  /** Closes all connections; calls in flight are cancelled. */
  close(): Promise<void>;
}

/** What all channels share. */
export interface ChannelHost {
  /** Makes the transport to an endpoint, which connects with its first call. */
  readonly connect: (endpoint: Endpoint) => EndpointTransport;
  readonly lookup: Lookup;
  readonly clock: Clock;
  readonly random: Random;
}

/** A name that is not resolved in this time is one that cannot be reached now. */
const resolveTimeoutMs = 10_000;

/** Nothing is connected or resolved before the first call. */
export function createChannel(upstream: Upstream, host: ChannelHost): Channel {
  const transport = createTransport(upstream, host);
  const { hashOn } = upstream.options;
  return {
    method: (method) => (hashOn === undefined ? transport : hashed(transport, hashOn, method)),
    close: () => transport.close(),
  };
}

function createTransport({ target, options }: Upstream, host: ChannelHost): Transport {
  // One endpoint and nothing to watch: its own transport, and no layer in between.
  if (target.kind === 'host' || target.kind === 'unix') return host.connect(endpointAt(target));
  return createPool({
    resolver: createResolver(target, host),
    balancer: createBalancer(options.balancer ?? 'round_robin', host.random),
    connect: host.connect,
    watches: [],
    servingAtFirst: true,
    resolveTimeoutMs,
    clock: host.clock,
    random: host.random,
  });
}

function createResolver(target: Exclude<Target, EndpointTarget>, host: ChannelHost): Resolver {
  if (target.kind === 'dns') return createDnsResolver(target.endpoint, host);
  return createStaticResolver(
    target.endpoints.map((endpoint) => {
      return endpointAt({ kind: 'host', text: formatHostPort(endpoint), endpoint });
    }),
  );
}

function endpointAt(target: EndpointTarget): Endpoint {
  return { target, authority: undefined };
}
