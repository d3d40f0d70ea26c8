/** What a metric is called, and what it says. */
export interface Definition {
  /** As it is exposed: with its unit, and `_total` for a counter. */
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  /** Base units of OpenMetrics; undefined for a plain count. */
  readonly unit: 'seconds' | 'bytes' | 'ratio' | undefined;
  /** In the order in which values are given. */
  readonly labels: readonly string[];
  readonly help: string;
  /** What the values of several processes come to. */
  readonly merge: 'sum' | 'max' | 'min';
  /** Upper bounds, ascending and without infinity; of a histogram. */
  readonly buckets: readonly number[];
}

export function counter(name: string, labels: readonly string[], help: string): Definition {
  return { name, kind: 'counter', unit: unitOf(name), labels, help, merge: 'sum', buckets: [] };
}

/** Gauges of several processes add up, unless it is said that the largest or the smallest counts. */
export function gauge(
  name: string,
  labels: readonly string[],
  help: string,
  merge: Definition['merge'] = 'sum',
): Definition {
  return { name, kind: 'gauge', unit: unitOf(name), labels, help, merge, buckets: [] };
}

export function histogram(
  name: string,
  labels: readonly string[],
  help: string,
  buckets: readonly number[],
): Definition {
  return { name, kind: 'histogram', unit: unitOf(name), labels, help, merge: 'sum', buckets };
}

/** OpenMetrics: a unit is the end of the name. */
function unitOf(name: string): Definition['unit'] {
  const end = name.replace(/_total$/, '').replace(/^.*_/, '');
  return end === 'seconds' || end === 'bytes' || end === 'ratio' ? end : undefined;
}
