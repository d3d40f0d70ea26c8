import { catalog, type MetricName } from './catalog.js';
import type { Merge } from './definition.js';
import type { Exemplar } from './series.js';

/** All metrics of a process at one moment: plain data. Those without any series are left out. */
export interface MetricsReport {
  /** No two processes have the same, not even one after the other. */
  readonly process: string;
  readonly metrics: readonly MetricReport[];
}

export interface MetricReport {
  readonly metric: MetricName;
  /** Upper bounds of a histogram's buckets, without infinity. */
  readonly bounds: readonly number[];
  readonly series: readonly SeriesReport[];
}

export interface SeriesReport {
  readonly labels: readonly string[];
  /** Of a histogram, the sum of what was observed. */
  readonly value: number;
  /** Of a histogram: observations by bucket, the last of which is that beyond the last bound. */
  readonly counts?: readonly number[] | undefined;
  /** An example for each bucket, where there is one. */
  readonly exemplars?: readonly (Exemplar | null)[] | undefined;
}

const merges: Readonly<Record<Merge, (a: number, b: number) => number>> = {
  sum: (a, b) => a + b,
  max: Math.max,
  min: Math.min,
};

/** What several processes say, as one: counts add up, of gauges whatever the catalog says. */
export function mergeMetrics(all: readonly (readonly MetricReport[])[]): readonly MetricReport[] {
  const reports = all.flat();
  const names = new Set(reports.map(({ metric }) => metric));
  return [...names].map((metric) =>
    mergeReports(
      metric,
      reports.filter((report) => report.metric === metric),
    ),
  );
}

function mergeReports(metric: MetricName, reports: readonly MetricReport[]): MetricReport {
  const bounds = reports[0]?.bounds ?? [];
  // While workers are replaced, two of them may have been started with different settings.
  const alike = reports.filter((report) => report.bounds.join() === bounds.join());
  const bySeries = new Map<string, SeriesReport>();
  for (const series of alike.flatMap((report) => report.series)) {
    const key = series.labels.join('\0');
    const known = bySeries.get(key);
    bySeries.set(key, known === undefined ? series : mergeSeries(catalog[metric].merge, known, series));
  }
  return { metric, bounds, series: [...bySeries.values()] };
}

function mergeSeries(merge: Merge, a: SeriesReport, b: SeriesReport): SeriesReport {
  return {
    labels: a.labels,
    value: merges[merge](a.value, b.value),
    counts: a.counts?.map((count, bucket) => count + (b.counts?.[bucket] ?? 0)),
    exemplars: a.exemplars?.map((exemplar, bucket) => newest(exemplar, b.exemplars?.[bucket] ?? null)),
  };
}

function newest(a: Exemplar | null, b: Exemplar | null): Exemplar | null {
  return (a?.seconds ?? 0) >= (b?.seconds ?? 0) ? a : b;
}
