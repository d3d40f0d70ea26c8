import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { handClock } from '../../../test/support/hand-clock.js';
import { redisProgram, startRedis, type TestRedis } from '../../../test/support/redis.js';
import { systemClock } from '../../clock.js';
import { createRedisStore, type RedisStore, unavailable } from '../redis.js';
import type { Hit, Limit } from './counter.js';
import { FleetCounter } from './fleet-counter.js';
import { KeyTable } from './key-table.js';
import { rateOf } from './rate.js';

let redis: TestRedis;
let client: Redis;
const stores: RedisStore[] = [];
let prefixes = 0;

/** Gateways of one fleet: each has counted nothing yet, and knows the limit. */
function fleet(size: number, requests: number, perMs: number, burst = requests) {
  const keyPrefix = `fleet-${prefixes++}:`;
  return Array.from({ length: size }, () => {
    const host = { clock: systemClock, random: Math.random, warn: () => undefined, report: () => undefined };
    const store = createRedisStore({ url: redis.url, keyPrefix, timeout: 5_000 }, host);
    stores.push(store);
    const limit = limitOf(requests, perMs, burst);
    const counter = new FleetCounter(store, systemClock, {});
    const take = async (cost = 1): Promise<boolean> => (await counter.take([hit(limit, cost)])) === undefined;
    return { counter, limit, take };
  });
}

function limitOf(requests: number, perMs: number, burst = requests, id = 'l'): Limit {
  const keys = new KeyTable(() => 1_000, Math.random);
  return { id, name: id, rate: rateOf(requests, perMs, burst), keys };
}

const hit = (limit: Limit, cost = 1, key = 'k'): Hit => ({
  limit,
  key,
  cost,
  remaining: undefined,
  resetMs: 0,
});

/** How often scripts have run on that Redis. */
async function scriptRuns(): Promise<number> {
  const stats = await client.info('commandstats');
  return [...stats.matchAll(/cmdstat_(?:evalsha|eval):calls=(\d+)/g)].reduce(
    (sum, [, n]) => sum + Number(n),
    0,
  );
}

const hour = 3_600_000;

describe.skipIf(redisProgram === undefined)('counting in Redis', () => {
  beforeAll(async () => {
    redis = await startRedis();
    client = new Redis(redis.url);
  });
  afterEach(() => {
    for (const store of stores.splice(0)) store.close();
  });
  afterAll(async () => {
    client.disconnect();
    await redis.stop();
  });

  it('is done together', async () => {
    const gateways = fleet(3, 10, hour);
    let passed = 0;
    for (let round = 0; round < 10; round++) {
      for (const { take } of gateways) if (await take()) passed++;
    }
    expect(passed).toBe(10);
  });

  it('lets nobody through beyond the limit, however many ask at the same moment and what they have leased', async () => {
    const gateways = fleet(4, 1_000, hour);
    const all = await Promise.all(gateways.flatMap(({ take }) => Array.from({ length: 600 }, () => take())));
    let passed = all.filter(Boolean).length;
    for (let round = 0; round < 200; round++) {
      for (const { take } of gateways) if (await take()) passed++;
    }
    expect(passed).toBeLessThanOrEqual(1_000);
    expect(passed).toBeGreaterThanOrEqual(990);
  });

  it('takes all or nothing of several limits', async () => {
    const [gateway] = fleet(1, 1, hour);
    const [second, day] = [limitOf(5, hour, 5, 'second'), limitOf(2, hour, 2, 'day')];
    const both = (): Hit[] => [hit(second), hit(day)];
    const take = (hits: Hit[]) => gateway?.counter.take(hits);
    expect(await take(both())).toBeUndefined();
    expect(await take(both())).toBeUndefined();
    for (let i = 0; i < 5; i++) expect(await take(both())).toMatchObject({ limit: day });
    const left = hit(second);
    expect(await take([left])).toBeUndefined();
    expect(left.remaining).toBe(2);
  });

  it('asks seldom while a key is far from its limit, and stays on the stack then', async () => {
    const [gateway] = fleet(1, 1_000_000, hour);
    const before = await scriptRuns();
    let stayed = 0;
    for (let i = 0; i < 2_000; i++) {
      const count = gateway?.counter.take([hit(gateway.limit)]);
      if (!(count instanceof Promise)) stayed++;
      expect(await count).toBeUndefined();
    }
    expect((await scriptRuns()) - before).toBeLessThan(50);
    expect(stayed).toBeGreaterThan(1_950);
  });

  it('asks every time where a hundredth of the limit is less than a request', async () => {
    const [gateway] = fleet(1, 50, hour);
    const before = await scriptRuns();
    for (let i = 0; i < 20; i++) expect(await gateway?.take()).toBe(true);
    expect((await scriptRuns()) - before).toBe(20);
  });

  it('does not ask again what was refused a moment ago', async () => {
    const [gateway] = fleet(1, 1, hour);
    expect(await gateway?.take()).toBe(true);
    const before = await scriptRuns();
    for (let i = 0; i < 1_000; i++) expect(await gateway?.take()).toBe(false);
    expect((await scriptRuns()) - before).toBe(1);
  });

  it('gives back what another limit refuses later', async () => {
    const [gateway, other] = fleet(2, 2, hour);
    if (gateway === undefined || other === undefined) return;
    expect(await gateway.take()).toBe(true);
    expect(await gateway.take()).toBe(true);
    gateway.counter.giveBack([hit(gateway.limit)]);
    expect(await gateway.take()).toBe(true);
    expect(await gateway.take()).toBe(false);
  });

  it('regains over time, by the clock of Redis', async () => {
    const [gateway] = fleet(1, 100, 1_000);
    const startedAt = performance.now();
    await gateway?.take();
    const firstAt = performance.now();
    let [passed, lastAt] = [1, firstAt];
    while (lastAt - firstAt < 1_000) {
      lastAt = performance.now();
      if (await gateway?.take()) passed++;
    }
    // Nobody has been idle for long enough to lose anything; what is leased may not be made yet.
    expect(passed).toBeGreaterThanOrEqual(100 + (lastAt - firstAt) / 10 - 3);
    expect(passed).toBeLessThanOrEqual(100 + (performance.now() - startedAt) / 10);
  });

  it('goes on where it was with a Redis that has forgotten everything', async () => {
    const [gateway, other] = fleet(2, 10, hour);
    for (let i = 0; i < 8; i++) await gateway?.take();
    await client.flushall();
    expect([await gateway?.take(), await gateway?.take(), await gateway?.take()]).toEqual([
      true,
      true,
      false,
    ]);
    expect(await other?.take()).toBe(false);
  });

  it('takes no harm from a time that is far ahead: its clock was set back, or the limit was another', async () => {
    const [gateway] = fleet(1, 10, 1_000);
    await gateway?.take();
    const [key] = await client.keys(`fleet-${prefixes - 1}:*`);
    await client.set(key ?? '', '99999999999999999');
    expect(await gateway?.take()).toBe(false);
    while (!(await gateway?.take())) await new Promise(setImmediate);
  });

  it('leaves nothing of keys and their values in Redis, and nothing for long', async () => {
    const [gateway] = fleet(1, 10, 60_000);
    await gateway?.counter.take([hit(gateway.limit, 1, 'hsecret-token')]);
    const keys = await client.keys(`fleet-${prefixes - 1}:*`);
    expect(keys).toEqual([expect.stringMatching(/^fleet-\d+:limit:l:[\w-]{43}$/)]);
    expect(await client.pttl(keys[0] ?? '')).toBeLessThanOrEqual(6_001);
  });
});

describe('counting while Redis is away', () => {
  const away = { isUp: true, downSince: undefined as number | undefined };
  const store: RedisStore = {
    get isUp() {
      return away.isUp;
    },
    get downSince() {
      return away.downSince;
    },
    get: async () => unavailable,
    set: async () => unavailable,
    del: async () => unavailable,
    run: async () => unavailable,
    close: () => undefined,
  };

  it.each([
    ['local', 'passed', 'refused', 'refused'],
    ['open', 'passed', 'refused', 'passed'],
    ['closed', 'passed', 'refused', 'unavailable'],
  ] as const)('whenUnavailable: %s', async (whenUnavailable, first, second, later) => {
    const clock = handClock();
    const counter = new FleetCounter(store, clock, { whenUnavailable, localFor: 5_000 });
    const limit = limitOf(1, hour);
    const take = async (): Promise<string> => {
      const count = await counter.take([hit(limit)]);
      return count === undefined ? 'passed' : count === 'unavailable' ? count : 'refused';
    };
    for (const isUp of [true, false]) {
      Object.assign(away, { isUp, downSince: clock.now() });
      expect(await take()).toBe(isUp ? first : second);
      expect(await take()).toBe(second);
    }
    clock.moveTo(clock.now() + 4_999);
    expect(await take()).toBe(second);
    clock.moveTo(clock.now() + 1);
    expect(await take()).toBe(later);
  });
});
