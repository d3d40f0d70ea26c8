import { Ending } from './ending.js';
import { histogramOf, latencyBuckets } from './latency.js';
import type { RecentSecond } from './recent.js';

/** So far back goes what is remembered. */
export const secondsKept = 600;

const buckets = latencyBuckets / 2;
const endings = Object.keys(Ending).length;
const width = endings + buckets;

/** Requests by the second in which they ended: a ring of slots, each used again ten minutes later. */
export class Seconds {
  readonly #counts = new Uint32Array(secondsKept * width);
  /** The second that each slot holds, since the epoch. */
  readonly #held = new Float64Array(secondsKept);

  count(second: number, ending: Ending, bucket: number): void {
    const slot = second % secondsKept;
    const from = slot * width;
    if (this.#held[slot] !== second) {
      this.#held[slot] = second;
      this.#counts.fill(0, from, from + width);
    }
    this.#add(from + ending);
    this.#add(from + endings + (bucket >> 1));
  }

  /** Those from `since` up to, not including, `end` in which something ended, oldest first. */
  read(since: number, end: number): RecentSecond[] {
    const found: RecentSecond[] = [];
    for (let second = Math.max(since, end - secondsKept); second < end; second++) {
      const slot = second % secondsKept;
      if (this.#held[slot] !== second) continue;
      const from = slot * width;
      const [ok = 0, clientErrors = 0, serverErrors = 0] = this.#counts.subarray(from, from + endings);
      const latency = histogramOf(this.#counts, from + endings, buckets);
      found.push({ at: second, ok, clientErrors, serverErrors, latency });
    }
    return found;
  }

  #add(at: number): void {
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
  }
}
