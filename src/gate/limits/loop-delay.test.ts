import { describe, expect, it } from 'vitest';
import { type HandClock, handClock } from '../../../test/support/hand-clock.js';
import { LoopDelay } from './loop-delay.js';

/** Requests every few milliseconds, in a loop whose timers come late. */
function run(delay: LoopDelay, clock: Late, forMs: number, lateMs: number): number {
  clock.lateMs = lateMs;
  const end = clock.now() + forMs;
  let measured = 0;
  while (clock.now() < end) {
    measured = delay.ms;
    clock.moveTo(clock.now() + 5);
  }
  return measured;
}

interface Late extends HandClock {
  lateMs: number;
}

function lateClock(): Late {
  const clock = handClock();
  return Object.assign(Object.create(clock) as HandClock, {
    lateMs: 0,
    now: () => clock.now(),
    moveTo: (point: number) => clock.moveTo(point),
    after(this: Late, delayMs: number, fire: () => void) {
      return clock.after(delayMs + this.lateMs, fire);
    },
  });
}

describe('the delay of the event loop', () => {
  it('is nothing while timers come on time, and what it is once they are late for a while', () => {
    const clock = lateClock();
    const delay = new LoopDelay(clock);
    expect(run(delay, clock, 1_000, 0)).toBe(0);
    expect(run(delay, clock, 5_000, 100)).toBeCloseTo(100, -1);
    expect(run(delay, clock, 2_000, 0)).toBeLessThan(1);
  });

  it('of one long pause says little', () => {
    const clock = lateClock();
    const delay = new LoopDelay(clock);
    clock.lateMs = 200;
    expect(delay.ms).toBe(0);
    clock.moveTo(clock.now() + 220);
    clock.lateMs = 0;
    expect(delay.ms).toBeLessThanOrEqual(40);
  });

  it('is measured for a second after the last request, then forgotten, without a timer', () => {
    const clock = lateClock();
    const delay = new LoopDelay(clock);
    run(delay, clock, 5_000, 100);
    clock.lateMs = 0;
    clock.moveTo(clock.now() + 500);
    expect(clock.timers).toBe(1);
    clock.moveTo(clock.now() + 1_000);
    expect(clock.timers).toBe(0);
    expect(delay.ms).toBe(0);
  });
});
