import type { Metric, RegistryContentType } from 'prom-client';
import { catalog } from './catalog.js';
import type { MetricReport, SeriesReport } from './report.js';

/** Both forms that are spoken by those who collect metrics. */
export type ExpositionFormat = 'prometheus' | 'openmetrics';

export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

/** One line, as prom-client writes it. */
interface Line {
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly exemplar?:
    | {
        readonly labelSet: Readonly<Record<string, string>>;
        readonly value: number;
        readonly timestamp: number;
      }
    | undefined;
}

/**
 * Prometheus text 0.0.4, or OpenMetrics 1.0, which alone has exemplars. prom-client, which needs OpenTelemetry's API, is
 * loaded for the first of them.
 */
export async function expose(report: readonly MetricReport[], format: ExpositionFormat): Promise<Exposition> {
  const isOpen = format === 'openmetrics';
  const { Registry } = await import('prom-client');
  const registry = new Registry<RegistryContentType>();
  registry.setContentType(isOpen ? Registry.OPENMETRICS_CONTENT_TYPE : Registry.PROMETHEUS_CONTENT_TYPE);
  for (const metric of report) {
    const { name, help, kind } = catalog[metric.metric];
    // prom-client puts the ending of counters behind the name itself, in this format.
    const written = isOpen ? name.replace(/_total$/, '') : name;
    const values = metric.series.flatMap((series) => linesOf(metric, series));
    const family = { name: written, help, type: kind, values, aggregator: 'sum' };
    // Its registry writes whatever has these two, as its own aggregation of workers does; the type asks for all of a metric.
    registry.registerMetric({ name: written, get: async () => family } as unknown as Metric);
  }
  return { contentType: registry.contentType, text: await registry.metrics() };
}

function linesOf({ metric, bounds }: MetricReport, series: SeriesReport): readonly Line[] {
  const { name, labels: names } = catalog[metric];
  const labels = Object.fromEntries(names.map((label, at) => [label, series.labels[at] ?? '']));
  const { counts, exemplars, value } = series;
  if (counts === undefined) return [{ labels, value }];
  let total = 0;
  const buckets = counts.map((count, bucket): Line => {
    total += count;
    const exemplar = exemplars?.[bucket];
    return {
      metricName: `${name}_bucket`,
      labels: { ...labels, le: boundText(bounds[bucket]) },
      value: total,
      exemplar: exemplar
        ? {
            labelSet: { trace_id: exemplar.traceId, span_id: exemplar.spanId },
            value: exemplar.value,
            timestamp: exemplar.seconds,
          }
        : undefined,
    };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value },
    { metricName: `${name}_count`, labels, value: total },
  ];
}

/** As OpenMetrics writes numbers, in both formats: a bucket must be the same series whatever was asked for. */
function boundText(bound: number | undefined): string {
  if (bound === undefined) return '+Inf';
  return Number.isInteger(bound) ? `${bound}.0` : String(bound);
}
