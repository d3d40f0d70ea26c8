export type Kind = 'counter' | 'gauge' | 'histogram';

/** What the values of several processes come to. */
export type Merge = 'sum' | 'max' | 'min';

/** What a metric is called, and what it says. */
export interface Definition<K extends Kind = Kind, L extends readonly string[] = readonly string[]> {
  /** As it is exposed: with its unit at its end, and `_total` behind that for a counter. */
  readonly name: string;
  readonly kind: K;
  /** In the order in which values are given. */
  readonly labels: L;
  readonly help: string;
  readonly merge: Merge;
  /** Upper bounds, ascending and without infinity; of a histogram. */
  readonly buckets: readonly number[];
}

export function counter<const L extends readonly string[]>(
  name: string,
  labels: L,
  help: string,
): Definition<'counter', L> {
  return { name, kind: 'counter', labels, help, merge: 'sum', buckets: [] };
}

/** Gauges of several processes add up, unless it is said that the largest or the smallest counts. */
export function gauge<const L extends readonly string[]>(
  name: string,
  labels: L,
  help: string,
  merge: Merge = 'sum',
): Definition<'gauge', L> {
  return { name, kind: 'gauge', labels, help, merge, buckets: [] };
}

export function histogram<const L extends readonly string[]>(
  name: string,
  labels: L,
  help: string,
  buckets: readonly number[],
): Definition<'histogram', L> {
  return { name, kind: 'histogram', labels, help, merge: 'sum', buckets };
}
