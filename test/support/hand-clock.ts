import type { WallClock } from '../../src/clock.js';

/** A clock that stands still until it is moved. */
export interface HandClock extends WallClock {
  /** Timers that wait. */
  readonly timers: number;
  /** Timers that have been set, ever. */
  readonly set: number;
  /** Moves to a point, firing what is due on the way. */
  moveTo(point: number): void;
}

/** Wall clock of a hand clock at 0: 2026-01-01T00:00:00Z. */
export const handEpoch = Date.UTC(2026, 0, 1);

export function handClock(start = 5): HandClock {
  let now = start;
  let timers: { readonly at: number; readonly fire: () => void }[] = [];
  let set = 0;
  return {
    now: () => now,
    wall: () => handEpoch + now,
    after(delayMs, fire) {
      set += 1;
      const timer = { at: now + delayMs, fire };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    get timers() {
      return timers.length;
    },
    get set() {
      return set;
    },
    moveTo(point) {
      for (;;) {
        const [next] = timers.filter((timer) => timer.at <= point).sort((a, b) => a.at - b.at);
        if (next === undefined) break;
        timers = timers.filter((timer) => timer !== next);
        now = Math.max(now, next.at);
        next.fire();
      }
      now = point;
    },
  };
}
