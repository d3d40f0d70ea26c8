import { describe, expect, it } from 'vitest';
import { type HandClock, handClock } from '../../../test/support/hand-clock.js';
import { seeded } from '../../../test/support/random-message.js';
import type { Hit, Limit } from './counter.js';
import { KeyTable } from './key-table.js';
import { MemoryCounter } from './memory-counter.js';
import { rateOf } from './rate.js';

function limitOf(requests: number, perMs: number, burst = requests): Limit {
  const keys = new KeyTable(() => 1_000, Math.random);
  return { id: 'l', name: 'l', rate: rateOf(requests, perMs, burst), keys };
}

const hit = (limit: Limit, key = 'k', cost = 1): Hit => ({
  limit,
  key,
  cost,
  remaining: undefined,
  resetMs: 0,
});

/** A bucket that leaks, told in fractions of whole numbers: what GCRA is meant to be. */
class NaiveBucket {
  /** Requests in it, times `perMs`. */
  level = 0n;
  #at = 0n;

  constructor(
    readonly requests: number,
    readonly perMs: number,
    readonly burst: number,
  ) {}

  take(nowMs: number, cost: number): boolean {
    const now = BigInt(nowMs);
    const leaked = this.level - (now - this.#at) * BigInt(this.requests);
    this.level = leaked > 0n ? leaked : 0n;
    this.#at = now;
    const next = this.level + BigInt(cost) * BigInt(this.perMs);
    if (next > BigInt(this.burst) * BigInt(this.perMs)) return false;
    this.level = next;
    return true;
  }

  get remaining(): number {
    return Number((BigInt(this.burst) * BigInt(this.perMs) - this.level) / BigInt(this.perMs));
  }
}

describe('counting in memory', () => {
  it.each([
    [1, 1_000, 1],
    [3, 1_000, 3],
    [7, 1_000, 2],
    [100, 60_000, 250],
    [997, 86_400_000, 10],
    [10_007, 1_000, 100],
    [1, 86_400_000, 5],
  ])(
    '%i requests in %i ms, %i at once: agrees with a bucket of fractions, request by request',
    (requests, perMs, burst) => {
      const clock = handClock(0);
      const counter = new MemoryCounter(clock);
      const limit = limitOf(requests, perMs, burst);
      const bucket = new NaiveBucket(requests, perMs, burst);
      const chance = seeded(requests + perMs + burst);
      const random = (below: number): number => Math.floor(chance() * below);
      const passed: { readonly at: number; readonly cost: number }[] = [];
      const step = Math.max(2, Math.ceil((2 * perMs) / requests));
      const differences: unknown[] = [];
      for (let i = 0; i < 3_000; i++) {
        if (random(3) > 0) clock.moveTo(clock.now() + random(step));
        const cost = 1 + random(Math.min(burst, 3));
        const one = hit(limit, 'k', cost);
        const isThrough = counter.take([one]) === undefined;
        if (isThrough) passed.push({ at: clock.now(), cost });
        if (bucket.take(clock.now(), cost) !== isThrough || bucket.remaining !== one.remaining)
          differences.push({ at: clock.now(), cost, isThrough, remaining: one.remaining });
      }
      expect(differences).toEqual([]);
      expect(passed.length).toBeGreaterThan(500);
      // Whatever window one looks at, there is never more in it than the burst and what came in since.
      for (let from = 0; from < passed.length; from += 17) {
        let sum = 0;
        for (const { at, cost } of passed.slice(from)) {
          sum += cost;
          const window = at - (passed[from]?.at ?? 0);
          if (sum * perMs > burst * perMs + requests * window) differences.push({ from, at });
        }
      }
      expect(differences).toEqual([]);
    },
  );

  it('says when a request would pass, to the millisecond', () => {
    const clock = handClock(0);
    const counter = new MemoryCounter(clock);
    const limit = limitOf(3, 1_000, 3);
    expect(counter.take([hit(limit, 'k', 3)])).toBeUndefined();
    const exceeded = counter.take([hit(limit, 'k', 2)]);
    expect(exceeded?.waitMs).toBeCloseTo(666.67, 1);
    clock.moveTo(666);
    expect(counter.take([hit(limit, 'k', 2)])).toBeDefined();
    clock.moveTo(667);
    expect(counter.take([hit(limit, 'k', 2)])).toBeUndefined();
  });

  it('loses nothing to rounding in a year of requests that just pass', () => {
    const clock = handClock(0);
    const counter = new MemoryCounter(clock);
    const limit = limitOf(7, 1_000, 1);
    let passed = 0;
    const from = 365 * 86_400_000;
    for (clock.moveTo(from); clock.now() < from + 10_000; clock.moveTo(clock.now() + 1)) {
      if (counter.take([hit(limit)]) === undefined) passed++;
    }
    expect(passed).toBe(70);
  });

  it('takes all or nothing, and names the limit that lasts longest', () => {
    const counter = new MemoryCounter(handClock());
    const [second, day] = [limitOf(5, 1_000), limitOf(2, 86_400_000)];
    const both = (): Hit[] => [hit(second), hit(day)];
    expect(counter.take(both())).toBeUndefined();
    expect(counter.take(both())).toBeUndefined();
    for (let i = 0; i < 10; i++) expect(counter.take(both())?.limit).toBe(day);
    const left = hit(second);
    counter.take([left]);
    expect(left.remaining).toBe(2);
  });

  it('gives back what was taken, and no more', () => {
    const counter = new MemoryCounter(handClock());
    const limit = limitOf(2, 1_000);
    counter.giveBack([hit(limit)]);
    expect(counter.take([hit(limit, 'k', 2)])).toBeUndefined();
    expect(counter.take([hit(limit)])).toBeDefined();
    counter.giveBack([hit(limit)]);
    expect(counter.take([hit(limit)])).toBeUndefined();
    expect(counter.take([hit(limit)])).toBeDefined();
  });

  it('counts keys apart', () => {
    const clock: HandClock = handClock();
    const counter = new MemoryCounter(clock);
    const limit = limitOf(1, 1_000);
    for (const key of ['a', 'b', '__proto__', 'constructor']) {
      expect(counter.take([hit(limit, key)])).toBeUndefined();
      expect(counter.take([hit(limit, key)])).toBeDefined();
    }
  });
});
