/** Who reads the clock and who sets timers: replaced in tests, so that nothing there sleeps. */
export interface Clock {
  /** Monotonic milliseconds; only differences mean anything. Deadlines are points on this line. */
  now(): number;
  /** Calls `fire` once after `delayMs` without keeping the process alive; returns the cancellation. */
  after(delayMs: number, fire: () => void): () => void;
}

/** A clock that knows the date too, for what others have dated: tokens, stored answers. */
export interface WallClock extends Clock {
  /** Milliseconds since the epoch; may jump. */
  wall(): number;
}

export const systemClock: WallClock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  after(delayMs, fire) {
    // setTimeout overflows to "at once" past 2^31-1 ms, and newer Nodes warn of what is due already.
    const timer = setTimeout(fire, Math.min(Math.max(delayMs, 0), 0x7fffffff));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** A number from 0 up to, not including, 1. Given, like the clock, to whatever jitters or chooses by chance. */
export type Random = () => number;
