/**
 * How often, as GCRA wants it: a key has a theoretical arrival time, which each request moves on by
 * `interval`; a request passes where that leaves it at most `depth` ahead of now. Time is counted in
 * units of which a request takes a whole number, so that no rounding adds up: exact up to 2^53 units.
 */
export interface Rate {
  readonly requests: number;
  readonly perMs: number;
  /** Requests that may come at once. */
  readonly burst: number;
  readonly unitsPerMs: number;
  /** Units that a request takes. */
  readonly interval: number;
  /** Units that `burst` requests take. */
  readonly depth: number;
}

/** `perMs` in whole milliseconds. */
export function rateOf(requests: number, perMs: number, burst: number): Rate {
  const shared = greatestCommonDivisor(requests, perMs);
  const interval = perMs / shared;
  return { requests, perMs, burst, unitsPerMs: requests / shared, interval, depth: interval * burst };
}

/** Requests that may still come at once to a key that is so many units ahead. */
export function remainingOf({ depth, interval }: Rate, ahead: number): number {
  return Math.max(0, Math.floor((depth - ahead) / interval));
}

export function isSameRate(a: Rate, b: Rate): boolean {
  return a.requests === b.requests && a.perMs === b.perMs && a.burst === b.burst;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
