import type { Clock } from '../../clock.js';
import type { SharedHit, SharedMemory, Taken } from '../shared/question.js';
import type { Count, Counter, Exceeded, Hit, Limit } from './counter.js';

/** Refusals that are remembered of each limit. */
const refusalsMax = 10_000;

interface Refusal {
  readonly until: number;
  readonly cost: number;
}

/**
 * Counts in the memory that the processes of a gateway share: exactly as if there were one. Only what was refused is
 * known here, until it would not be any more: a flood of such requests costs the others nothing.
 */
export class SharedCounter implements Counter {
  readonly #memory: SharedMemory;
  readonly #clock: Clock;
  readonly #numbers = new WeakMap<Limit, number>();
  readonly #refusals = new WeakMap<Limit, Map<string, Refusal>>();
  #named = 0;

  constructor(memory: SharedMemory, clock: Clock) {
    this.#memory = memory;
    this.#clock = clock;
  }

  take(hits: readonly Hit[]): Count | Promise<Count> {
    const now = this.#clock.now();
    return this.#refusedBefore(hits, now) ?? this.#ask(hits, now);
  }

  async look(hits: readonly Hit[]): Promise<Count> {
    const known = await this.#memory.ask('look', hits.map(this.#shared));
    if (known === 'unavailable') return known;
    return this.#read(hits, known)?.exceeded;
  }

  giveBack(hits: readonly Hit[]): void {
    for (const { limit, key } of hits) this.#refusals.get(limit)?.delete(key);
    this.#memory.tell('giveBack', hits.map(this.#shared));
  }

  async #ask(hits: readonly Hit[], askedAt: number): Promise<Count> {
    const taken = await this.#memory.ask('take', hits.map(this.#shared));
    if (taken === 'unavailable') return taken;
    const refused = this.#read(hits, taken);
    if (refused === undefined) return undefined;
    const { hit, exceeded } = refused;
    const known = this.#refusals.get(hit.limit) ?? new Map<string, Refusal>();
    this.#refusals.set(hit.limit, known);
    const [oldest] = known.keys();
    if (known.size >= refusalsMax && oldest !== undefined) known.delete(oldest);
    known.delete(hit.key);
    known.set(hit.key, { until: askedAt + exceeded.waitMs, cost: hit.cost });
    return exceeded;
  }

  /** Says what is left, and which hit was refused. */
  #read(hits: readonly Hit[], { left, refused }: Taken): { hit: Hit; exceeded: Exceeded } | undefined {
    for (const [index, hit] of hits.entries()) [hit.remaining, hit.resetMs] = left[index] ?? [undefined, 0];
    const hit = refused && hits[refused.index];
    return hit && { hit, exceeded: { limit: hit.limit, waitMs: refused.waitMs } };
  }

  #refusedBefore(hits: readonly Hit[], now: number): Exceeded | undefined {
    let exceeded: Exceeded | undefined;
    for (const { limit, key, cost } of hits) {
      const refusal = this.#refusals.get(limit)?.get(key);
      if (refusal === undefined || refusal.until <= now || refusal.cost > cost) continue;
      const waitMs = refusal.until - now;
      if (waitMs > (exceeded?.waitMs ?? 0)) exceeded = { limit, waitMs };
    }
    if (exceeded === undefined) return undefined;
    for (const hit of hits) {
      if (hit.limit !== exceeded.limit) continue;
      hit.remaining = 0;
      hit.resetMs = exceeded.waitMs;
    }
    return exceeded;
  }

  /** Named when it is first counted. */
  readonly #shared = ({ limit, key, cost }: Hit): SharedHit => {
    let number = this.#numbers.get(limit);
    if (number === undefined) {
      number = this.#named++;
      this.#numbers.set(limit, number);
      const { requests, perMs, burst } = limit.rate;
      this.#memory.tell('limit', { number, id: limit.id, name: limit.name, requests, perMs, burst });
    }
    return [number, key, cost];
  };
}
