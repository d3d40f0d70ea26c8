import { nullMeter } from '../telemetry/index.js';
import { createBalancer } from './balancer/create.js';
import { hashed } from './balancer/hashed.js';
import type { ChannelHost } from './channel.js';
import type { Method } from './method.js';
import { observed } from './observed.js';
import {
  breakerPolicy,
  hedgePolicy,
  outlierPolicy,
  retryBudgetOptions,
  retryPolicy,
  retryRequestBytesMax,
} from './policies.js';
import { type Connected, createPool } from './pool.js';
import { type EndpointReport, loneEndpoint, type TargetReport } from './report.js';
import { broken, createBreaker } from './resilience/breaker.js';
import { healthWatch } from './resilience/health.js';
import { hedged } from './resilience/hedge.js';
import { limited } from './resilience/method-limits.js';
import { outlierWatch } from './resilience/outlier.js';
import { retried } from './resilience/retry.js';
import { countedBudget, createRetryBudget, type RetryBudget } from './resilience/retry-budget.js';
import { createRetryThrottle } from './resilience/retry-throttle.js';
import { createDnsResolver } from './resolver/dns.js';
import type { Endpoint, Resolver } from './resolver/resolver.js';
import { createStaticResolver } from './resolver/static.js';
import type { MethodConfig, ServiceConfig } from './service-config.js';
import { type EndpointTarget, formatHostPort, type Target, type XdsTarget } from './target.js';
import type { EndpointTransport, Transport } from './transport.js';
import type { Upstream } from './upstream.js';

/** A name that is not resolved in this time is one that cannot be reached now. */
const resolveTimeoutMs = 10_000;

/** What carries calls to one target. */
export interface TargetChannel {
  /** As Channel.method. */
  method(method: Method): Transport;
  report(): TargetReport;
  close(): Promise<void>;
}

/** The channel of one target: resolver, balancer, transports, and the policies that look after them. */
export function createTargetChannel(
  upstream: Upstream,
  host: ChannelHost,
  config: ServiceConfig | undefined,
): TargetChannel {
  const { options, target } = upstream;
  const { pool: base, endpoints } = createBase(upstream, host, config);
  const { meter = nullMeter } = host;
  const breaker =
    options.breaker &&
    createBreaker(
      breakerPolicy(options.breaker),
      host.clock,
      meter.counter('upstreamCircuitOpenings', target.text),
    );
  const guarded =
    breaker === undefined
      ? base
      : broken(
          base,
          breaker,
          () => base.connectivity(),
          meter.counter('upstreamCircuitRefusals', target.text),
        );
  const limitless =
    options.retryBudget === undefined && config?.throttle !== undefined
      ? createRetryThrottle(config.throttle)
      : createRetryBudget(retryBudgetOptions(options.retryBudget), host.clock);
  const budget = countedBudget(limitless, meter.counter('upstreamBudgetExhausted', target.text));
  return {
    method(method) {
      const said = config?.method(method.path);
      const repeated = repeat(guarded, upstream, method, said, { ...host, budget });
      const bounded =
        said === undefined ? repeated : limited(repeated, said, () => base.connectivity(), host.clock);
      return options.hashOn === undefined ? bounded : hashed(bounded, options.hashOn, method);
    },
    report: () => ({ target: target.text, breaker: breaker?.report(), endpoints: endpoints() }),
    close: () => base.close(),
  };
}

/** Of one endpoint that endpoint's own transport. */
function createBase(
  { target, options }: Upstream,
  host: ChannelHost,
  config: ServiceConfig | undefined,
): Base {
  const { meter, clock, isTraced = false } = host;
  const watched = (transport: EndpointTransport, endpoint: string): EndpointTransport =>
    meter === undefined && !isTraced
      ? transport
      : observed(transport, { meter, target: target.text, endpoint, clock });
  if (target.kind === 'xds') return lone(target.text, watched(host.connectXds(target, options), target.text));
  const { outlier } = options;
  const health = options.health ?? (config?.health === undefined ? undefined : { service: config.health });
  if (!isMany(target) && health === undefined)
    return lone(target.text, watched(host.connect(endpointAt(target), options), target.text));
  const pool = createPool({
    resolver: createResolver(target, host),
    balancer: createBalancer(options.balancer ?? config?.balancer ?? 'round_robin', host.random),
    connect: (endpoint) => watched(host.connect(endpoint, options), endpoint.target.text),
    watches: [
      ...(health === undefined ? [] : [healthWatch({ ...host, service: health.service ?? '' })]),
      ...(outlier === undefined
        ? []
        : [
            outlierWatch(
              outlierPolicy(outlier),
              host.clock,
              host.meter?.counter('upstreamEjections', target.text),
            ),
          ]),
    ],
    servingAtFirst: health === undefined ? true : undefined,
    resolveTimeoutMs,
    clock: host.clock,
    random: host.random,
  });
  return { pool, endpoints: () => pool.report() };
}

/** The endpoints of a target, as one transport, and how they are. */
interface Base {
  readonly pool: Connected;
  readonly endpoints: () => readonly EndpointReport[];
}

function lone(endpoint: string, transport: EndpointTransport): Base {
  return { pool: transport, endpoints: () => [loneEndpoint(endpoint, transport)] };
}

/**
 * Repetition of calls, as configured here or else by the owner of the service. Where there are several endpoints, a call that certainly was not
 * processed by one goes to another without being asked for: a mesh does not see these calls at all, so
 * that nothing is multiplied. The transport of a single endpoint does the same by itself.
 */
function repeat(
  transport: Transport,
  { target, options }: Upstream,
  method: Method,
  said: MethodConfig | undefined,
  host: ChannelHost & { readonly budget: RetryBudget },
): Transport {
  const { meter = nullMeter } = host;
  const isOurs = options.hedge !== undefined || options.retry !== undefined;
  const hedge = isOurs ? options.hedge && hedgePolicy(options.hedge) : said?.hedge;
  if (hedge !== undefined) {
    const hedges = meter.counter('upstreamRepeats', target.text, 'hedge');
    return hedged(transport, method, { ...host, policy: hedge, hedges });
  }
  const policy = isOurs
    ? options.retry && retryPolicy(options.retry)
    : said?.retry && { ...said.retry, requestBytesMax: retryRequestBytesMax };
  if (policy === undefined && !isMany(target)) return transport;
  const retries = meter.counter('upstreamRepeats', target.text, 'retry');
  const transparent = meter.counter('upstreamRepeats', target.text, 'transparent');
  return retried(transport, method, { ...host, policy, retries, transparent });
}

function isMany(target: Target): target is Exclude<Target, EndpointTarget | XdsTarget> {
  return target.kind === 'list' || target.kind === 'dns';
}

function createResolver(target: Exclude<Target, XdsTarget>, host: ChannelHost): Resolver {
  if (target.kind === 'dns') return createDnsResolver(target.endpoint, host);
  if (!isMany(target)) return createStaticResolver([endpointAt(target)]);
  return createStaticResolver(
    target.endpoints.map((endpoint) => {
      return endpointAt({ kind: 'host', text: formatHostPort(endpoint), endpoint });
    }),
  );
}

function endpointAt(target: EndpointTarget): Endpoint {
  return { target, authority: undefined };
}
