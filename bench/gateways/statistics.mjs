/** The middle one; the upper of two. */
export function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

/** Ratios of two series round by round: what disturbed a round disturbed both. */
export function ratio(ours, theirs) {
  return median(ours.map((value, round) => value / theirs[round]));
}

/** A quarter of the values lie below it. */
export function lowerQuartile(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 2];
}
