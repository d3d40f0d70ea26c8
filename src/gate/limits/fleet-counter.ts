import { createHash } from 'node:crypto';
import type { Clock } from '../../clock.js';
import { type RedisStore, unavailable } from '../redis.js';
import type { Count, Counter, Exceeded, Hit, Limit } from './counter.js';
import {
  argumentsOf,
  type FleetAnswer,
  type FleetQuestion,
  fleetScript,
  lookScript,
} from './fleet-script.js';
import { type Lease, leaseMs, newLease, turnOver } from './lease.js';
import { MemoryCounter } from './memory-counter.js';
import type { RateLimitOptions } from './options.js';
import { remainingOf } from './rate.js';

/** Leases that are kept for each limit; the oldest go first, and what was left of them is lost to everybody. */
const leasesMax = 10_000;
const localForMs = 10_000;

/**
 * Counts together with all gateways that share a Redis. A request whose limits are all leased stays on
 * the stack; others ask Redis once, about all limits that are not. While Redis is away each process goes on
 * from what it knows, for itself.
 */
export class FleetCounter implements Counter {
  readonly #redis: RedisStore;
  readonly #clock: Clock;
  readonly #local: MemoryCounter;
  readonly #whenUnavailable: 'local' | 'open' | 'closed';
  readonly #localForMs: number;
  readonly #leases = new WeakMap<Limit, Map<string, Lease>>();

  constructor(redis: RedisStore, clock: Clock, options: RateLimitOptions) {
    this.#redis = redis;
    this.#clock = clock;
    this.#local = new MemoryCounter(clock);
    this.#whenUnavailable = options.whenUnavailable ?? 'local';
    this.#localForMs = options.localFor ?? localForMs;
  }

  take(hits: readonly Hit[]): Count | Promise<Count> {
    if (!this.#redis.isUp) return this.#alone(() => this.#local.take(hits));
    const now = this.#clock.now();
    const refused = this.#refusedBefore(hits, now);
    if (refused !== undefined) {
      for (const hit of hits) this.#say(hit);
      return refused;
    }
    const lacking: Hit[] = [];
    for (const hit of hits) {
      const lease = this.#lease(hit);
      if (lease.left >= hit.cost && now < lease.until) lease.left -= hit.cost;
      else lacking.push(hit);
    }
    if (lacking.length > 0) return this.#ask(hits, lacking, now);
    for (const hit of hits) this.#say(hit);
    return undefined;
  }

  /** What is leased here is there to be used; of all else Redis knows. */
  look(hits: readonly Hit[]): Count | Promise<Count> {
    if (!this.#redis.isUp) return this.#alone(() => this.#local.look(hits));
    const now = this.#clock.now();
    const refused = this.#refusedBefore(hits, now);
    return refused ?? this.#looked(hits, now);
  }

  async #looked(hits: readonly Hit[], now: number): Promise<Count> {
    const known = hits.map((hit) => String((this.#local.ahead(hit) * 1_000) / hit.limit.rate.unitsPerMs));
    const ahead = await this.#redis.run(lookScript, hits.map(redisKey), known);
    if (ahead === unavailable) return this.#alone(() => this.#local.look(hits));
    let exceeded: Exceeded | undefined;
    for (const [index, hit] of hits.entries()) {
      const { unitsPerMs, interval, depth } = hit.limit.rate;
      const lease = this.#known(hit);
      const isLeased = lease !== undefined && lease.left >= hit.cost && now < lease.until;
      const taken = isLeased ? 0 : hit.cost * interval;
      const after = ((ahead[index] ?? 0) / 1_000) * unitsPerMs + taken;
      const waitMs = (after - depth) / unitsPerMs;
      if (!isLeased && waitMs > (exceeded?.waitMs ?? 0)) exceeded = { limit: hit.limit, waitMs };
      hit.remaining = remainingOf(hit.limit.rate, after) + (isLeased ? lease.left - hit.cost : 0);
      hit.resetMs = after / unitsPerMs;
    }
    return exceeded;
  }

  giveBack(hits: readonly Hit[]): void {
    if (!this.#redis.isUp) this.#local.giveBack(hits);
    else for (const hit of hits) this.#lease(hit).left += hit.cost;
  }

  /** What Redis has refused a moment ago it would refuse again: a flood of such requests costs it nothing. */
  #refusedBefore(hits: readonly Hit[], now: number): Exceeded | undefined {
    let exceeded: Exceeded | undefined;
    for (const hit of hits) {
      const lease = this.#known(hit);
      if (lease === undefined || lease.refusedUntil <= now || lease.refusedCost > hit.cost) continue;
      const waitMs = lease.refusedUntil - now;
      if (waitMs > (exceeded?.waitMs ?? 0)) exceeded = { limit: hit.limit, waitMs };
    }
    return exceeded;
  }

  async #ask(hits: readonly Hit[], lacking: readonly Hit[], now: number): Promise<Count> {
    const asked = lacking.map((hit) => ({ hit, lease: this.#lease(hit) }));
    const questions = asked.map((about) => this.#question(about, now));
    const answer = await this.#redis.run(fleetScript, lacking.map(redisKey), argumentsOf(questions));
    for (const { lease } of asked) lease.asking -= 1;
    const isThrough = answer !== unavailable && answer.refused === undefined;
    // What was leased for the request is not used by it after all.
    if (!isThrough) this.giveBack(hits.filter((hit) => !lacking.includes(hit)));
    if (answer === unavailable) return this.#alone(() => this.#local.take(hits));
    const exceeded = this.#learn(asked, answer, now);
    for (const hit of hits) this.#say(hit);
    return exceeded;
  }

  #question({ hit, lease }: Asked, now: number): FleetQuestion {
    const { rate } = hit.limit;
    const { unspent, wanted } = turnOver(lease, rate, now);
    lease.asking += 1;
    lease.until = now + leaseMs(rate);
    const unitsPerUs = rate.unitsPerMs / 1_000;
    return {
      intervalUs: rate.interval / unitsPerUs,
      depthUs: rate.depth / unitsPerUs,
      cost: hit.cost,
      wanted,
      unspent,
      aheadUs: this.#local.ahead(hit) / unitsPerUs,
    };
  }

  #learn(asked: readonly Asked[], { refused, keys }: FleetAnswer, askedAt: number): Exceeded | undefined {
    for (const [index, { hit, lease }] of asked.entries()) {
      const { aheadUs, granted } = keys[index] ?? { aheadUs: 0, granted: 0 };
      this.#local.learn(hit, (aheadUs / 1_000) * hit.limit.rate.unitsPerMs);
      lease.left += granted;
    }
    const refusing = refused && asked[refused.index];
    if (refused === undefined || refusing === undefined) return undefined;
    const { hit, lease } = refusing;
    const waitMs = refused.waitUs / 1_000;
    lease.refusedUntil = askedAt + waitMs;
    lease.refusedCost = hit.cost;
    return { limit: hit.limit, waitMs };
  }

  /** Without Redis: as it is known here, or as it is configured. */
  #alone(count: () => Count): Count {
    const downMs = this.#clock.now() - (this.#redis.downSince ?? Number.POSITIVE_INFINITY);
    if (this.#whenUnavailable === 'local' || downMs < this.#localForMs) return count();
    return this.#whenUnavailable === 'open' ? undefined : 'unavailable';
  }

  #say(hit: Hit): void {
    const { rate } = hit.limit;
    const ahead = this.#local.ahead(hit);
    hit.remaining = remainingOf(rate, ahead) + (this.#known(hit)?.left ?? 0);
    hit.resetMs = ahead / rate.unitsPerMs;
  }

  #known({ limit, key }: Hit): Lease | undefined {
    return this.#leases.get(limit)?.get(key);
  }

  #lease({ limit, key }: Hit): Lease {
    let leases = this.#leases.get(limit);
    if (leases === undefined) {
      leases = new Map();
      this.#leases.set(limit, leases);
    }
    const known = leases.get(key);
    if (known !== undefined) return known;
    const [oldest] = leases.keys();
    if (leases.size >= leasesMax && oldest !== undefined) leases.delete(oldest);
    const lease = newLease();
    leases.set(key, lease);
    return lease;
  }
}

interface Asked {
  readonly hit: Hit;
  readonly lease: Lease;
}

/** Keys of limits may be secrets, and of any length. */
function redisKey({ limit, key }: Hit): string {
  return `limit:${limit.id}:${createHash('sha256').update(key).digest('base64url')}`;
}
