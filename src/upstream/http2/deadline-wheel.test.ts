import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../clock.js';
import { DeadlineWheel, type Timed } from './deadline-wheel.js';

/** A clock that is moved by hand and counts the timers set on it. */
function handClock() {
  let now = 5;
  let timers: { at: number; fire: () => void }[] = [];
  let set = 0;
  const clock: Clock = {
    now: () => now,
    after(delayMs, fire) {
      set += 1;
      const timer = { at: now + delayMs, fire };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
  };
  return {
    clock,
    get timers() {
      return timers.length;
    },
    get set() {
      return set;
    },
    move(to: number) {
      for (;;) {
        const [next] = timers.filter((timer) => timer.at <= to).sort((a, b) => a.at - b.at);
        if (next === undefined) break;
        timers = timers.filter((timer) => timer !== next);
        now = Math.max(now, next.at);
        next.fire();
      }
      now = to;
    },
  };
}

function timed(deadline: number, expire: () => void): Timed {
  return { deadline, expire, wheelNext: undefined, wheelPrevious: undefined };
}

describe('DeadlineWheel', () => {
  it('meets every deadline within a tick of 10 ms, never early, and leaves those that were taken off', () => {
    const deadline = fc.integer({ min: 6, max: 60_000 });
    fc.assert(
      fc.property(fc.array(fc.tuple(deadline, fc.boolean()), { maxLength: 50 }), (entries) => {
        const time = handClock();
        const wheel = new DeadlineWheel(time.clock);
        const met = new Map<number, number>();
        const all = entries.map(([at], index) => timed(at, () => met.set(index, time.clock.now())));
        for (const one of all) wheel.add(one);
        for (const [index, [, isRemoved]] of entries.entries()) {
          const one = all[index];
          if (isRemoved && one !== undefined) wheel.remove(one);
        }
        time.move(61_000);
        for (const [index, [at, isRemoved]] of entries.entries()) {
          const when = met.get(index);
          if (isRemoved) expect(when).toBeUndefined();
          else expect(when).toSatisfy((found: number) => found >= at && found <= at + 10);
        }
        expect([wheel.size, time.timers]).toEqual([0, 0]);
      }),
      { numRuns: 200 },
    );
  });

  it('sets one timer for calls that end in time', () => {
    const time = handClock();
    const wheel = new DeadlineWheel(time.clock);
    for (let index = 0; index < 1_000; index++) {
      const one = timed(time.clock.now() + 15_000, () => expect.unreachable());
      wheel.add(one);
      time.move(time.clock.now() + 1);
      wheel.remove(one);
    }
    expect([time.set, wheel.size]).toEqual([1, 0]);
  });

  it('a deadline that expires may take others off that are due', () => {
    const time = handClock();
    const wheel = new DeadlineWheel(time.clock);
    const log: string[] = [];
    const second = timed(100, () => log.push('second'));
    const first = timed(100, () => {
      log.push('first');
      wheel.remove(second);
    });
    wheel.add(second);
    wheel.add(first);
    time.move(200);
    // Either of the two may come first; the other is gone then, or was before.
    expect(log.filter((name) => name === 'second').length).toBeLessThanOrEqual(1);
    expect(log).toContain('first');
    expect(wheel.size).toBe(0);
  });

  it('removing twice does nothing', () => {
    const time = handClock();
    const wheel = new DeadlineWheel(time.clock);
    const one = timed(100, () => {});
    wheel.add(one);
    wheel.remove(one);
    wheel.remove(one);
    expect(wheel.size).toBe(0);
  });

  it('close stops the timer', () => {
    const time = handClock();
    const wheel = new DeadlineWheel(time.clock);
    wheel.add(timed(100, () => expect.unreachable()));
    wheel.close();
    expect(time.timers).toBe(0);
    time.move(1_000);
  });
});
