/** Buckets of latency: four to each doubling, from a sixteenth of a millisecond to two minutes; the outer ones are open. */
export const latencyBuckets = 84;

/** Counts by bucket, those that are not 0: bucket, count, bucket, count… in ascending order. */
export type Histogram = readonly number[];

/** Bucket 0 ends where bucket 1 begins, at 2^(-15/4) ms; bucket n begins at 2^((n - 16) / 4) ms. */
export function bucketOf(durationMs: number): number {
  // Not below the first: a duration may be 0, whose logarithm is not finite.
  const bucket = Math.floor(4 * Math.log2(durationMs)) + 16;
  return bucket < 0 ? 0 : bucket < latencyBuckets ? bucket : latencyBuckets - 1;
}

/** What is not 0 of `length` counts from `from` on. */
export function histogramOf(counts: Uint32Array, from: number, length: number): number[] {
  const histogram: number[] = [];
  for (let bucket = 0; bucket < length; bucket++) {
    const count = counts[from + bucket] ?? 0;
    if (count > 0) histogram.push(bucket, count);
  }
  return histogram;
}

/** All of them together. */
export function mergeHistograms(all: readonly Histogram[]): Histogram {
  if (all.length === 1) return all[0] ?? [];
  const sums = new Uint32Array(latencyBuckets);
  for (const histogram of all) {
    for (let at = 0; at < histogram.length; at += 2) {
      const bucket = histogram[at] ?? 0;
      sums[bucket] = (sums[bucket] ?? 0) + (histogram[at + 1] ?? 0);
    }
  }
  return histogramOf(sums, 0, latencyBuckets);
}
