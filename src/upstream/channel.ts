import type { Clock, Random } from '../clock.js';
import type { Meter } from '../telemetry/index.js';
import { split } from './balancer/split.js';
import { createConfiguredChannel } from './configured-channel.js';
import type { Method } from './method.js';
import type { UpstreamOptions } from './options.js';
import { faultPolicy, mirrorPolicy } from './policies.js';
import type { UpstreamReport } from './report.js';
import { faulty } from './resilience/fault.js';
import { createMirror } from './resilience/mirror.js';
import type { Lookup } from './resolver/dns.js';
import type { Endpoint } from './resolver/resolver.js';
import type { LookupTxt } from './resolver/txt.js';
import type { XdsTarget } from './target.js';
import type { TargetChannel } from './target-channel.js';
import type { EndpointTransport, Transport } from './transport.js';
import type { Upstream } from './upstream.js';

/** What carries calls to one upstream: resolver, balancer, transports and policies. */
export interface Channel {
  /** The transport for calls of one method, with every policy decided. Cheap, and for load time. */
  method(method: Method): Transport;
  /** How calls to its targets stand: its own, then those of its split and its mirror. */
  report(): readonly UpstreamReport[];
  /** Closes all connections; calls in flight are cancelled. */
  close(): Promise<void>;
}

/** What all channels share. */
export interface ChannelHost {
  /** Makes the transport to an endpoint, which connects with its first call. */
  readonly connect: (endpoint: Endpoint, options: UpstreamOptions) => EndpointTransport;
  /** The same for a target that is left to the control plane of a mesh. */
  readonly connectXds: (target: XdsTarget, options: UpstreamOptions) => EndpointTransport;
  readonly lookup: Lookup;
  readonly lookupTxt: LookupTxt;
  readonly clock: Clock;
  readonly random: Random;
  /** Counts attempts, repetitions, ejections, and what breakers do. Default: nobody counts. */
  readonly meter?: Meter | undefined;
  /** Whether calls come with traces that want to know of their attempts. Default false. */
  readonly isTraced?: boolean | undefined;
}

/**
 * Nothing is connected or resolved before the first call. A call meets, where configured: fault → mirror →
 * split → hash → retry or hedge → breaker → balancer → endpoint.
 */
export function createChannel(upstream: Upstream, host: ChannelHost): Channel {
  const { clock, random } = host;
  const { fault, mirror, splitOn } = upstream.options;
  const main = createConfiguredChannel(upstream, host);
  const branches = upstream.split.map(({ upstream: to, ...branch }) => ({
    ...branch,
    channel: createConfiguredChannel(to, host),
  }));
  const copies = upstream.mirror && createConfiguredChannel(upstream.mirror, host);
  const mirrored = mirror && createMirror(mirrorPolicy(mirror), clock, random);

  return {
    method(method) {
      const to = (channel: TargetChannel): Transport => channel.method(method);
      const chosen =
        branches.length === 0
          ? to(main)
          : split(
              to(main),
              branches.map(({ channel, ...branch }) => ({ ...branch, transport: to(channel) })),
              splitOn,
              random,
            );
      const copied = mirrored && copies ? mirrored(chosen, to(copies)) : chosen;
      return fault === undefined ? copied : faulty(copied, faultPolicy(fault), clock, random);
    },
    report: () => [
      { role: 'main', ...main.report() },
      ...branches.map(({ channel }) => ({ role: 'split' as const, ...channel.report() })),
      ...(copies === undefined ? [] : [{ role: 'mirror' as const, ...copies.report() }]),
    ],
    async close() {
      const all = [
        main,
        ...branches.map(({ channel }) => channel),
        ...(copies === undefined ? [] : [copies]),
      ];
      await Promise.all(all.map((channel) => channel.close()));
    },
  };
}
