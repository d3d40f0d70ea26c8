import { grouped, type Some } from '../../../grouped.js';
import type { BreakerReport, Connectivity, EndpointReport, UpstreamReport } from '../../../upstream/index.js';

/** From the least that an operator must see to the most. */
const connectivities: readonly Connectivity[] = ['idle', 'ready', 'connecting', 'failed'];
const breakerStates: readonly BreakerReport['state'][] = ['closed', 'half-open', 'open'];

/** One report of each target: of several, which are of several processes or of backends with other options, the worst, and what they carry together. */
export function mergeUpstreams(all: readonly UpstreamReport[]): readonly UpstreamReport[] {
  return grouped(all, ({ role, target }) => `${role} ${target}`).map((some) => ({
    ...some[0],
    breaker: mergeBreakers(some.flatMap(({ breaker }) => breaker ?? [])),
    endpoints: grouped(
      some.flatMap(({ endpoints }) => endpoints),
      ({ endpoint }) => endpoint,
    ).map(mergeEndpoints),
  }));
}

function mergeBreakers([first, ...others]: readonly BreakerReport[]): BreakerReport | undefined {
  if (first === undefined) return undefined;
  const some: Some<BreakerReport> = [first, ...others];
  return {
    state: worst(some, breakerStates, ({ state }) => state),
    inFlight: sum(some, ({ inFlight }) => inFlight) ?? 0,
    pending: sum(some, ({ pending }) => pending) ?? 0,
  };
}

function mergeEndpoints(some: Some<EndpointReport>): EndpointReport {
  const told = some.flatMap(({ serving }) => serving ?? []);
  return {
    endpoint: some[0].endpoint,
    connectivity: worst(some, connectivities, ({ connectivity }) => connectivity),
    serving: told.length === 0 ? undefined : told.every((serving) => serving),
    ejected: some.some(({ ejected }) => ejected),
    leaving: some.every(({ leaving }) => leaving),
    inFlight: sum(some, ({ inFlight }) => inFlight) ?? 0,
    connections: sum(some, ({ connections }) => connections),
    streams: sum(some, ({ streams }) => streams),
    waitingCalls: sum(some, ({ waitingCalls }) => waitingCalls),
  };
}

function worst<T, S>(some: Some<T>, order: readonly S[], of: (one: T) => S): S {
  const at = Math.max(...some.map((one) => order.indexOf(of(one))));
  return order[at] ?? of(some[0]);
}

/** Undefined where nobody tells. */
function sum<T>(some: readonly T[], of: (one: T) => number | undefined): number | undefined {
  return some.reduce<number | undefined>((total, one) => {
    const value = of(one);
    return value === undefined ? total : (total ?? 0) + value;
  }, undefined);
}
