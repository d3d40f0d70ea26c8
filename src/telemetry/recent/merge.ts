import { grouped, type Some } from '../../grouped.js';
import { failuresMax } from './failures.js';
import { mergeHistograms } from './latency.js';
import type { Recent, RecentRefusals, RecentRoute, RecentSecond } from './recent.js';
import { refusalKindsMax } from './refusals.js';

/** What several processes remember, as if one had seen it all. */
export function mergeRecent(all: readonly [Recent, ...Recent[]]): Recent {
  if (all.length === 1) return all[0];
  // A process whose second has not ended yet has more of it to tell: all say it the next time.
  const next = Math.min(...all.map((one) => one.next));
  return {
    next,
    seconds: grouped(
      all.flatMap((one) => one.seconds).filter(({ at }) => at < next),
      ({ at }) => String(at),
    )
      .map(mergeSeconds)
      .sort((a, b) => a.at - b.at),
    routes: grouped(
      all.flatMap((one) => one.routes),
      ({ httpMethod, route }) => `${httpMethod} ${route}`,
    ).map(mergeRoutes),
    refusals: grouped(
      all.flatMap((one) => one.refusals),
      ({ httpMethod, step, reason, route }) => `${httpMethod} ${step} ${reason} ${route}`,
    )
      .map(mergeRefusals)
      .sort((a, b) => b.lastAt - a.lastAt)
      .slice(0, refusalKindsMax),
    failures: all
      .flatMap((one) => one.failures)
      .sort((a, b) => b.at - a.at)
      .slice(0, failuresMax),
  };
}

function sum<T>(some: readonly T[], of: (one: T) => number): number {
  return some.reduce((total, one) => total + of(one), 0);
}

function mergeSeconds(some: Some<RecentSecond>): RecentSecond {
  return {
    at: some[0].at,
    ok: sum(some, ({ ok }) => ok),
    clientErrors: sum(some, ({ clientErrors }) => clientErrors),
    serverErrors: sum(some, ({ serverErrors }) => serverErrors),
    latency: mergeHistograms(some.map(({ latency }) => latency)),
  };
}

function mergeRoutes(some: Some<RecentRoute>): RecentRoute {
  const [{ httpMethod, route, minutes }] = some;
  return {
    httpMethod,
    route,
    minutes: minutes.map((_, at) => sum(some, (one) => one.minutes[at] ?? 0)),
    clientErrors: sum(some, ({ clientErrors }) => clientErrors),
    serverErrors: sum(some, ({ serverErrors }) => serverErrors),
    latency: mergeHistograms(some.map(({ latency }) => latency)),
  };
}

function mergeRefusals(some: Some<RecentRefusals>): RecentRefusals {
  return {
    ...some[0],
    count: sum(some, ({ count }) => count),
    lastAt: Math.max(...some.map(({ lastAt }) => lastAt)),
  };
}
