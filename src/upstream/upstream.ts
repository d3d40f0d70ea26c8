import type { UpstreamOptions } from './options.js';
import type { RequestMatch } from './request-match.js';
import { parseServiceConfig, type ServiceConfig } from './service-config.js';
import { parseTarget, type Target } from './target.js';

/** A backend, checked: where it is and how it is called. */
export interface Upstream {
  /** Equal upstreams have equal text, and share a channel. */
  readonly text: string;
  readonly target: Target;
  readonly options: UpstreamOptions;
  readonly split: readonly SplitUpstream[];
  readonly mirror: Upstream | undefined;
  /** What a file says about how the service should be called. */
  readonly serviceConfig: ServiceConfig | undefined;
}

/** Another backend that takes some of the calls. */
export interface SplitUpstream {
  readonly when: RequestMatch | undefined;
  readonly percent: number;
  readonly upstream: Upstream;
}

/** A sentence for the operator. */
interface Problem {
  readonly problem: string;
}

/**
 * Checks what a schema cannot. Returns a problem where something is wrong. `serviceConfigText` is what the file
 * of `serviceConfig` holds.
 */
export function parseUpstream(options: UpstreamOptions, serviceConfigText?: string): Upstream | Problem {
  const target = parseTarget(options.target);
  if ('problem' in target) return target;
  if (options.serviceConfig === 'dns' && target.kind !== 'dns') {
    return { problem: 'a service config in DNS belongs to a target dns:///name:port' };
  }
  const problem =
    (target.kind === 'xds' ? xdsProblem(options) : balancingProblem(options, target)) ??
    policyProblem(options) ??
    splitProblem(options);
  if (problem !== undefined) return { problem };
  const split: SplitUpstream[] = [];
  for (const branch of options.split ?? []) {
    const upstream = parseUpstream(inPlace(options, branch.target), serviceConfigText);
    if ('problem' in upstream) return upstream;
    split.push({ when: branch.when, percent: branch.percent ?? 0, upstream });
  }
  const mirror =
    options.mirror &&
    parseUpstream({ target: options.mirror.target, transport: options.transport, tls: options.tls });
  if (mirror !== undefined && 'problem' in mirror) return mirror;
  const config = serviceConfigText === undefined ? undefined : parseServiceConfig(serviceConfigText);
  if (config !== undefined && 'problem' in config) {
    return { problem: `its service config ${options.serviceConfig ?? ''} is not one: ${config.problem}` };
  }
  // Key order and spelling of the target must not make two channels of one.
  const said = Object.entries(options).filter(([key, value]) => key !== 'target' && value !== undefined);
  const text = JSON.stringify([
    target.text,
    ...said.toSorted(([a], [b]) => (a < b ? -1 : 1)),
    ...(serviceConfigText === undefined ? [] : [serviceConfigText]),
  ]);
  return { text, target, options, split, mirror, serviceConfig: config };
}

/** Header fields of requests, in lower case, that decide on which of several backends answers, and how. */
export function decidingHeaders({ options, split }: Upstream): readonly string[] {
  const { fault, splitOn } = options;
  const names = [
    ...split.map(({ when }) => when?.header),
    splitOn?.header,
    splitOn?.cookie === undefined ? undefined : 'cookie',
    fault?.when?.header,
  ];
  return names.flatMap((name) => (name === undefined ? [] : [name.toLowerCase()]));
}

/** What is the control plane's to say. */
function xdsProblem(options: UpstreamOptions): string | undefined {
  const { balancer, hashOn, outlier, health, tls, transport } = options;
  const said = Object.entries({ balancer, hashOn, outlier, health, tls }).find(
    ([, value]) => value !== undefined,
  );
  if (said !== undefined) return `the control plane says the ${said[0]} of "${options.target}"`;
  return transport === 'http2' ? 'xDS is spoken by the transport grpc-js alone: leave it to auto' : undefined;
}

function balancingProblem(
  { balancer, hashOn, outlier, ...options }: UpstreamOptions,
  target: Target,
): string | undefined {
  const one = `the target "${options.target}" is one address`;
  if (balancer !== undefined && balancer !== 'pick_first' && !isMany(target)) {
    return `${one}, so that ${balancer} has nothing to choose; name a list, or dns:///name:port for all addresses of a name`;
  }
  if (outlier !== undefined && !isMany(target)) return `${one}, which cannot be worse than others`;
  if ((balancer === 'ring_hash') !== (hashOn !== undefined)) {
    return 'ring_hash needs hashOn, and only ring_hash has a use for it';
  }
  if (hashOn !== undefined && (hashOn.header === undefined) === (hashOn.field === undefined)) {
    return 'hashOn names either a header or a field';
  }
  return undefined;
}

function policyProblem({ retry, hedge, fault, tls }: UpstreamOptions): string | undefined {
  if (retry !== undefined && hedge !== undefined) {
    return 'retry and hedge are two ways to repeat a call; choose one';
  }
  if ((tls?.cert === undefined) !== (tls?.key === undefined)) {
    return 'a certificate needs its key, and a key its certificate: name both, or neither';
  }
  if (fault !== undefined && fault.delay === undefined && fault.abort === undefined) {
    return 'a fault is a delay, an abort, or both';
  }
  return fault?.abort === 'OK' ? 'a call that is aborted cannot be OK' : undefined;
}

function splitProblem({ split = [], splitOn }: UpstreamOptions): string | undefined {
  if (split.some(({ when, percent }) => (when === undefined) === (percent === undefined))) {
    return 'each branch of a split has either a percent or a when';
  }
  if (split.reduce((sum, { percent = 0 }) => sum + percent, 0) > 100) {
    return 'the branches of a split take more than 100 percent';
  }
  if (splitOn !== undefined && (splitOn.header === undefined) === (splitOn.cookie === undefined)) {
    return 'splitOn names either a header or a cookie';
  }
  return splitOn !== undefined && split.length === 0 ? 'splitOn has no split to keep to' : undefined;
}

/** The same way of calling another target, less what only many addresses have a use for. */
function inPlace(options: UpstreamOptions, text: string): UpstreamOptions {
  const { transport, tls, retry, hedge, retryBudget, health, breaker } = options;
  const { balancer, hashOn, outlier, serviceConfig } = options;
  const target = parseTarget(text);
  const kind = 'problem' in target ? undefined : target.kind;
  return {
    ...{ target: text, transport, tls, retry, hedge, retryBudget, health, breaker },
    // Records belong to a name that is resolved; others have none.
    ...(serviceConfig === 'dns' && kind !== 'dns' ? {} : { serviceConfig }),
    ...(kind === 'dns' || kind === 'list' ? { balancer, hashOn, outlier } : {}),
  };
}

function isMany(target: Target): boolean {
  return target.kind === 'list' || target.kind === 'dns';
}
