import type { Random } from '../../clock.js';
import type { DescMethod } from '../../descriptor/index.js';
import type { Limits } from '../../limits.js';
import type { Counter, Limit } from './counter.js';
import type { MethodLimit } from './declared.js';
import { KeyTable, keysMaxOf } from './key-table.js';
import { isSameRate, type Rate } from './rate.js';

/** What one load of policies has said. */
export interface LoadScope {
  /** What the members of a group have to agree about, and which method said it first. */
  readonly groups: Map<string, { readonly terms: string; readonly method: string }>;
  readonly methods: Map<DescMethod, readonly MethodLimit[]>;
  /** By their ids. */
  readonly limits: Map<string, Limit>;
}

/** All rate limits there are, and who counts. They outlive a reload, as long as they stay the same. */
export class RateLimits {
  readonly counter: Counter;
  readonly #limits: Limits;
  readonly #random: Random;
  /** Of the load that is in force. */
  #current: ReadonlyMap<string, Limit> = new Map();
  readonly #scopes = new WeakMap<object, LoadScope>();

  constructor(counter: Counter, host: { readonly limits: Limits; readonly random: Random }) {
    this.counter = counter;
    this.#limits = host.limits;
    this.#random = host.random;
  }

  scope(load: object): LoadScope {
    const scope = this.#scopes.get(load) ?? { groups: new Map(), methods: new Map(), limits: new Map() };
    this.#scopes.set(load, scope);
    return scope;
  }

  /** The limit of that id for a load; one of another rate is another, in which nobody has used anything. */
  limit(load: object, id: string, name: string, rate: Rate): Limit {
    const { limits } = this.scope(load);
    const known = [limits.get(id), this.#current.get(id)].find(
      (limit) => limit && isSameRate(limit.rate, rate),
    );
    const keysMax = (): number => keysMaxOf(this.#limits, this.#current.size);
    const limit = known ?? { id, name, rate, keys: new KeyTable(keysMax, this.#random) };
    limits.set(id, limit);
    return limit;
  }

  /** What a load has declared is in force; limits that it has not are forgotten. */
  settle(load: object): void {
    this.#current = this.scope(load).limits;
  }
}
