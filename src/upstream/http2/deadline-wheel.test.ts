import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { handClock } from '../../../test/support/hand-clock.js';
import { DeadlineWheel, type Timed } from './deadline-wheel.js';

function timed(deadline: number, expire: () => void): Timed {
  return { deadline, expire, wheelNext: undefined, wheelPrevious: undefined };
}

describe('DeadlineWheel', () => {
  it('meets every deadline within a tick of 10 ms, never early, and leaves those that were taken off', () => {
    const deadline = fc.integer({ min: 6, max: 60_000 });
    fc.assert(
      fc.property(fc.array(fc.tuple(deadline, fc.boolean()), { maxLength: 50 }), (entries) => {
        const time = handClock();
        const wheel = new DeadlineWheel(time);
        const met = new Map<number, number>();
        const all = entries.map(([at], index) => timed(at, () => met.set(index, time.now())));
        for (const one of all) wheel.add(one);
        for (const [index, [, isRemoved]] of entries.entries()) {
          const one = all[index];
          if (isRemoved && one !== undefined) wheel.remove(one);
        }
        time.moveTo(61_000);
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
    const wheel = new DeadlineWheel(time);
    for (let index = 0; index < 1_000; index++) {
      const one = timed(time.now() + 15_000, () => expect.unreachable());
      wheel.add(one);
      time.moveTo(time.now() + 1);
      wheel.remove(one);
    }
    expect([time.set, wheel.size]).toEqual([1, 0]);
  });

  it('a deadline that expires may take others off that are due', () => {
    const time = handClock();
    const wheel = new DeadlineWheel(time);
    const log: string[] = [];
    const second = timed(100, () => log.push('second'));
    const first = timed(100, () => {
      log.push('first');
      wheel.remove(second);
    });
    wheel.add(second);
    wheel.add(first);
    time.moveTo(200);
    // Either of the two may come first; the other is gone then, or was before.
    expect(log.filter((name) => name === 'second').length).toBeLessThanOrEqual(1);
    expect(log).toContain('first');
    expect(wheel.size).toBe(0);
  });

  it('removing twice does nothing', () => {
    const time = handClock();
    const wheel = new DeadlineWheel(time);
    const one = timed(100, () => {});
    wheel.add(one);
    wheel.remove(one);
    wheel.remove(one);
    expect(wheel.size).toBe(0);
  });

  it('close stops the timer', () => {
    const time = handClock();
    const wheel = new DeadlineWheel(time);
    wheel.add(timed(100, () => expect.unreachable()));
    wheel.close();
    expect(time.timers).toBe(0);
    time.moveTo(1_000);
  });
});
