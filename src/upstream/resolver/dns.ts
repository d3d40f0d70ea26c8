import type { Clock, Random } from '../../clock.js';
import { formatHostPort, type HostPort } from '../target.js';
import type { Endpoint, Resolver, ResolverListener } from './resolver.js';

/** Name → its addresses; rejects when there are none. */
export type Lookup = (host: string) => Promise<readonly string[]>;

export interface DnsResolverOptions {
  readonly lookup: Lookup;
  readonly clock: Clock;
  readonly random: Random;
}

/** New endpoints are found this soon without a failure; the records of cluster DNS live 5 to 30 s. */
const intervalMs = 30_000;

/** Between two look-ups, whatever fails: the name server must not pay for a backend that is down. */
const intervalMsMin = 2_000;

/** After a look-up that failed, doubled for each one that follows. */
const backoffMs = 1_000;

/** One part in five either way, so that gateways started together do not ask together. */
const jitter = 0.2;

/**
 * The addresses of a name, looked up when first needed, then every 30 s, and sooner (but never twice
 * within 2 s) when asked to refresh. One look-up at a time. While the name server fails, the last
 * answer holds.
 */
export function createDnsResolver(name: HostPort, options: DnsResolverOptions): Resolver {
  const { lookup, clock, random } = options;
  const authority = formatHostPort(name);
  let listener: ResolverListener | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;
  let failures = 0;
  let next: { readonly at: number; cancel(): void } | undefined;
  let asking = false;
  let refreshWanted = false;
  let closed = false;

  function schedule(delayMs: number): void {
    next?.cancel();
    next = { at: clock.now() + delayMs, cancel: clock.after(delayMs, () => void ask()) };
  }

  function delayMs(): number {
    const spread = 1 + jitter * (2 * random() - 1);
    const base = failures === 0 ? intervalMs : Math.min(backoffMs * 2 ** (failures - 1), intervalMs);
    return base * spread;
  }

  async function ask(): Promise<void> {
    askedAt = clock.now();
    next?.cancel();
    next = undefined;
    asking = true;
    const addresses = await lookup(name.host).catch(() => []);
    asking = false;
    if (closed) return;
    failures = addresses.length === 0 ? failures + 1 : 0;
    if (addresses.length === 0) listener?.failed();
    else listener?.resolved(endpointsOf(addresses, name.port, authority));
    schedule(refreshWanted && failures === 0 ? intervalMsMin : delayMs());
    refreshWanted = false;
  }

  return {
    start(given) {
      listener = given;
      void ask();
    },
    refresh() {
      // A failing name server is asked again by its own schedule.
      if (listener === undefined || closed || failures > 0) return;
      if (asking) refreshWanted = true;
      else {
        const wait = Math.max(askedAt + intervalMsMin - clock.now(), 0);
        if (next === undefined || next.at > clock.now() + wait) schedule(wait);
      }
    },
    close() {
      closed = true;
      next?.cancel();
    },
  };
}

/** Sorted and each once, so that equal answers are equal in any order that the name server gives them. */
function endpointsOf(addresses: readonly string[], port: number, authority: string): readonly Endpoint[] {
  return [...new Set(addresses)].toSorted().map((host) => {
    const endpoint = { host, port };
    return { target: { kind: 'host', text: formatHostPort(endpoint), endpoint }, authority };
  });
}
