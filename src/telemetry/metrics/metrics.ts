import { type Clock, systemClock } from '../../clock.js';
import { catalog, type LabelValues, type MetricName, type NameOf } from './catalog.js';
import { Family } from './family.js';
import { goneTargets, placeOfTarget } from './gone-targets.js';
import type { Meter } from './meter.js';
import type { MetricsOptions } from './options.js';
import type { MetricReport, SeriesReport } from './report.js';
import { type Count, CountSeries, type Distribution, DistributionSeries } from './series.js';

/** A value that is asked for when somebody looks: of a gauge, or of a counter that somebody else keeps. */
export type Reading<N extends MetricName = MetricName> = readonly [value: number, ...labels: LabelValues<N>];

/** All metrics of one gateway; nothing of them is shared with another one in the same process. */
export interface Metrics extends Meter {
  /** Asks `read` at each look, and who was asked before no more; several readings with the same labels add up. */
  watch<N extends NameOf<'gauge' | 'counter'>>(name: N, read: () => Iterable<Reading<N>>): void;
  /** Asks `present` at each whole look for the targets that there are: others are left out some minutes later. */
  watchTargets(present: () => Iterable<string>): void;
  /** Of some metrics, or of all: then what is measured from one look to the next begins anew. */
  report(wanted?: ReadonlySet<MetricName>): readonly MetricReport[];
}

export function createMetrics(
  { buckets, exemplars = true }: MetricsOptions = {},
  clock: Clock = systemClock,
): Metrics {
  const counters = new Map<MetricName, Family<CountSeries>>();
  const histograms = new Map<MetricName, Family<DistributionSeries>>();
  const watched = new Map<MetricName, () => MetricReport>();

  const overOf = goneTargets(clock);
  let presentTargets: (() => Iterable<string>) | undefined;

  function forgetTargets(present: ReadonlySet<string>): void {
    const families = [...counters, ...histograms].flatMap(([metric, family]) => {
      const place = placeOfTarget(metric);
      return place < 0 ? [] : [{ family, place }];
    });
    const counted = families.flatMap(({ family, place }) =>
      family.all().map(({ labels }) => labels[place] ?? ''),
    );
    const over = overOf(new Set(counted), present);
    for (const { family, place } of families) family.drop(place, over);
  }

  const boundsOf = (name: MetricName): readonly number[] =>
    buckets !== undefined && timed.has(name) ? buckets : catalog[name].buckets;

  function counterOf(name: MetricName, labels: readonly string[]): CountSeries {
    const family = counters.get(name) ?? new Family(() => new CountSeries());
    counters.set(name, family);
    return family.of(labels);
  }

  function histogramOf(name: MetricName, labels: readonly string[]): DistributionSeries {
    const keeps = exemplars && timed.has(name);
    const family = histograms.get(name) ?? new Family(() => new DistributionSeries(boundsOf(name), keeps));
    histograms.set(name, family);
    return family.of(labels);
  }

  return {
    counter: (name, ...labels): Count => counterOf(name, labels),
    histogram: (name, ...labels): Distribution => histogramOf(name, labels),
    watch(name, read) {
      watched.set(name, () => ({ metric: name, bounds: [], series: summed(read()) }));
    },
    watchTargets(present) {
      presentTargets = present;
    },
    report(wanted) {
      if (wanted === undefined && presentTargets !== undefined) forgetTargets(new Set(presentTargets()));
      const isWanted = ([metric]: readonly [MetricName, unknown]): boolean => wanted?.has(metric) ?? true;
      const reports: MetricReport[] = [
        ...[...histograms].filter(isWanted).map(([metric, family]) => ({
          metric,
          bounds: boundsOf(metric),
          series: family.all().map(({ labels, series: { sum: value, counts, exemplars: kept } }) => ({
            labels,
            value,
            counts: [...counts],
            exemplars: kept && [...kept],
          })),
        })),
        ...[...counters].filter(isWanted).map(([metric, family]) => ({
          metric,
          bounds: [],
          series: family.all().map(({ labels, series: { value } }) => ({ labels, value })),
        })),
        ...[...watched].filter(isWanted).map(([, look]) => look()),
      ];
      return reports
        .filter(({ series }) => series.length > 0)
        .toSorted((a, b) => names.indexOf(a.metric) - names.indexOf(b.metric));
    },
  };
}

const names = Object.keys(catalog);

/** Those whose buckets are the operator's to choose. */
const timed: ReadonlySet<MetricName> = new Set(['requestDuration', 'attemptDuration']);

function summed(readings: Iterable<readonly [number, ...string[]]>): readonly SeriesReport[] {
  const family = new Family(() => new CountSeries());
  for (const [value, ...labels] of readings) family.of(labels).add(value);
  return family.all().map(({ labels, series: { value } }) => ({ labels, value }));
}
