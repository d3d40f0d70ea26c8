import { Ending } from './ending.js';
import { histogramOf, latencyBuckets } from './latency.js';
import type { RecentRoute } from './recent.js';

/** Minutes that are kept, one pane for each. */
const panes = 10;
/** Counts of one pane: by bucket of latency, and of errors behind them. */
const width = latencyBuckets + 2;
/** Beyond it, routes are counted with the requests that have none: 1.7 MB, if all of them are in use. */
export const routesMax = 500;

/** The requests of each route, by minute. */
export class Routes {
  /** httpMethod → template → counts of each pane. */
  readonly #counts = new Map<string, Map<string, Uint32Array>>();
  #size = 0;
  #minute = 0;

  count(minute: number, httpMethod: string, route: string, ending: Ending, bucket: number): void {
    if (minute !== this.#minute) this.#turnTo(minute);
    const counts =
      this.#counts.get(httpMethod)?.get(route) ?? this.#begin(httpMethod, route) ?? this.#begin('', '');
    if (counts === undefined) return;
    const from = (minute % panes) * width;
    add(counts, from + bucket);
    if (ending !== Ending.ok) add(counts, from + latencyBuckets + ending - 1);
  }

  read(minute: number): RecentRoute[] {
    if (minute !== this.#minute) this.#turnTo(minute);
    return [...this.#counts].flatMap(([httpMethod, routes]) =>
      [...routes].map(([route, counts]) => ({ httpMethod, route, ...this.#sum(counts) })),
    );
  }

  #sum(counts: Uint32Array): Omit<RecentRoute, 'httpMethod' | 'route'> {
    const sums = new Uint32Array(width);
    const minutes: number[] = [];
    for (let age = panes - 1; age >= 0; age--) {
      const from = ((this.#minute - age) % panes) * width;
      let requests = 0;
      for (let at = 0; at < width; at++) {
        const count = counts[from + at] ?? 0;
        sums[at] = (sums[at] ?? 0) + count;
        if (at < latencyBuckets) requests += count;
      }
      minutes.push(requests);
    }
    return {
      minutes,
      clientErrors: sums[latencyBuckets] ?? 0,
      serverErrors: sums[latencyBuckets + 1] ?? 0,
      latency: histogramOf(sums, 0, latencyBuckets),
    };
  }

  /** Counts of a route that has none yet, or of one that a full table has all the same: the one for all others. */
  #begin(httpMethod: string, route: string): Uint32Array | undefined {
    const known = this.#counts.get(httpMethod)?.get(route);
    if (known !== undefined) return known;
    // One place is kept for the requests without a route.
    if (this.#size >= routesMax && route !== '') return undefined;
    const counts = new Uint32Array(panes * width);
    let routes = this.#counts.get(httpMethod);
    if (routes === undefined) {
      routes = new Map();
      this.#counts.set(httpMethod, routes);
    }
    routes.set(route, counts);
    if (route !== '') this.#size += 1;
    return counts;
  }

  /** Empties the panes of the minutes that have begun since, and forgets routes that nobody has asked for in all of them. */
  #turnTo(minute: number): void {
    const passed = Math.abs(minute - this.#minute);
    for (const [httpMethod, routes] of this.#counts) {
      for (const [route, counts] of routes) {
        if (passed >= panes) counts.fill(0);
        else for (let age = 0; age < passed; age++) clear(counts, minute - age);
        if (counts.every((count) => count === 0)) this.#forget(routes, route);
      }
      if (routes.size === 0) this.#counts.delete(httpMethod);
    }
    this.#minute = minute;
  }

  #forget(routes: Map<string, Uint32Array>, route: string): void {
    routes.delete(route);
    if (route !== '') this.#size -= 1;
  }
}

function clear(counts: Uint32Array, minute: number): void {
  const from = (minute % panes) * width;
  counts.fill(0, from, from + width);
}

function add(counts: Uint32Array, at: number): void {
  counts[at] = (counts[at] ?? 0) + 1;
}
