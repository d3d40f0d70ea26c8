import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock } from '../../clock.js';

/** How often the event loop is looked at. */
const resolutionMs = 20;
/** So long after the last question it is looked at no more. */
const watchedMs = 10_000;

/** How late the event loop is, for those who ask again and again; between them, nothing is measured. */
export interface LoopWatch {
  /** Milliseconds that 99% of its turns since the last question were not later than; undefined when there was none. */
  delayMs(): number | undefined;
}

export function createLoopWatch(clock: Clock): LoopWatch {
  let histogram: IntervalHistogram | undefined;
  let forget: (() => void) | undefined;
  const stop = (): void => {
    histogram?.disable();
    histogram = undefined;
  };
  return {
    delayMs() {
      forget?.();
      forget = clock.after(watchedMs, stop);
      if (histogram === undefined) {
        histogram = monitorEventLoopDelay({ resolution: resolutionMs });
        histogram.enable();
        return undefined;
      }
      if (histogram.count === 0) return undefined;
      // What is recorded is from one look to the next.
      const lateMs = Math.max(0, histogram.percentile(99) / 1e6 - resolutionMs);
      histogram.reset();
      return lateMs;
    },
  };
}
