import type { Reason } from '../../status/index.js';
import type { RequestEvent } from '../request-event.js';
import type { RecentRefusals } from './recent.js';

/** Kinds that are remembered; the one that has not come for the longest time goes first. */
export const refusalKindsMax = 100;

type Kind = { -readonly [K in keyof RecentRefusals]: RecentRefusals[K] };

/** What the gate has refused, by route, step and reason: what clients send is in none of them. */
export class Refusals {
  readonly #kinds = new Map<string, Kind>();

  count({ httpMethod, route = '' }: RequestEvent, step: string, reason: Reason, now: number): void {
    const key = `${httpMethod} ${step} ${reason} ${route}`;
    const known = this.#kinds.get(key);
    if (known === undefined) {
      if (this.#kinds.size === refusalKindsMax) this.#forgetOne();
      this.#kinds.set(key, { httpMethod, route, step, reason, count: 1, lastAt: now });
    } else {
      known.count += 1;
      known.lastAt = now;
    }
  }

  read(): RecentRefusals[] {
    return [...this.#kinds.values()].map((kind) => ({ ...kind })).sort((a, b) => b.lastAt - a.lastAt);
  }

  #forgetOne(): void {
    let oldest: string | undefined;
    let oldestAt = Number.POSITIVE_INFINITY;
    for (const [key, { lastAt }] of this.#kinds) {
      if (lastAt < oldestAt) [oldest, oldestAt] = [key, lastAt];
    }
    if (oldest !== undefined) this.#kinds.delete(oldest);
  }
}
