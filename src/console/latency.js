/** Buckets as the gateway counts them: see src/telemetry/recent/latency.ts. */

/** Where bucket n begins, in milliseconds, of a histogram with so many buckets to each doubling. @param {number} bucket @param {number} perDoubling */
export function bucketStart(bucket, perDoubling) {
  return 2 ** (bucket / perDoubling - 4);
}

/**
 * The durations that so many of all requests did not exceed, as well as buckets tell.
 * @param {readonly number[]} histogram bucket, count, bucket, count… ascending
 * @param {readonly number[]} shares such as 0.5, ascending
 * @param {number} perDoubling
 * @returns {(number | undefined)[]} undefined where there is nothing
 */
export function percentiles(histogram, shares, perDoubling) {
  let total = 0;
  for (let at = 1; at < histogram.length; at += 2) total += histogram[at] ?? 0;
  return shares.map((share) => {
    let below = 0;
    for (let at = 0; at < histogram.length; at += 2) {
      const inHere = histogram[at + 1] ?? 0;
      below += inHere;
      if (below < share * total) continue;
      const into = 1 - (below - share * total) / inHere;
      return bucketStart((histogram[at] ?? 0) + into, perDoubling);
    }
    return undefined;
  });
}

/** @param {Iterable<readonly number[]>} histograms @returns {number[]} */
export function together(histograms) {
  /** @type {number[]} */
  const sums = [];
  for (const histogram of histograms) {
    for (let at = 0; at < histogram.length; at += 2) {
      const bucket = histogram[at] ?? 0;
      sums[bucket] = (sums[bucket] ?? 0) + (histogram[at + 1] ?? 0);
    }
  }
  return sums.flatMap((inHere, bucket) => [bucket, inHere]);
}
