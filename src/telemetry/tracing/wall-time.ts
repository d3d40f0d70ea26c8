import type { WallClock } from '../../clock.js';

/** The wall clock may be put back by this much without anybody minding. */
const toleranceMs = 5;

/**
 * How far the epoch is from the zero of the monotonic clock, in milliseconds, each time it is asked for. The
 * wall clock is read in whole milliseconds, so that a look at both gives up to one too little: the largest
 * that was seen is the nearest, until the wall clock is put back.
 */
export function epochDistance(clock: WallClock): () => number {
  let distance = Number.NEGATIVE_INFINITY;
  return () => {
    const seen = clock.wall() - clock.now();
    if (seen > distance || seen < distance - toleranceMs) distance = seen;
    return distance;
  };
}
