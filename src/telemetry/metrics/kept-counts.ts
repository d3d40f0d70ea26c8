import { catalog } from './catalog.js';
import { placeOfTarget } from './gone-targets.js';
import { type MetricReport, type MetricsReport, mergeMetrics } from './report.js';

/** Processes without an answer that are remembered one by one; before these, they are gone for good. */
const silentMax = 32;

/**
 * Merges what processes say, again and again, so that no count ever falls: of a process that has ended, or that does
 * not answer this time, what it had counted before counts on. A sum that falls would be read as a restart of all, and
 * all that is left of it as new. Of targets that none of those that answer knows any more, nothing is kept.
 */
export function keepCounts(): (reports: readonly MetricsReport[]) => MetricsReport {
  const last = new Map<string, readonly MetricReport[]>();
  let gone: readonly MetricReport[] = [];
  return (reports) => {
    for (const { process, metrics } of reports) {
      // Those that spoke last are the last of the map.
      last.delete(process);
      last.set(process, metrics);
    }
    const speaking = new Set(reports.map(({ process }) => process));
    const silent = [...last].filter(([process]) => !speaking.has(process));
    for (const [process, metrics] of silent.splice(0, silent.length - silentMax)) {
      last.delete(process);
      gone = mergeMetrics([gone, countsOf(metrics)]);
    }
    const said = reports.map(({ metrics }) => metrics);
    const present = targetsIn(said.flat());
    gone = ofTargets(gone, present);
    const kept = silent.map(([, metrics]) => ofTargets(countsOf(metrics), present));
    return { process: [...speaking].join(), metrics: mergeMetrics([...said, ...kept, gone]) };
  };
}

/** Without what only the living have. */
function countsOf(metrics: readonly MetricReport[]): readonly MetricReport[] {
  return metrics.filter(({ metric }) => catalog[metric].kind !== 'gauge');
}

function targetsIn(metrics: readonly MetricReport[]): ReadonlySet<string> {
  return new Set(
    metrics.flatMap(({ metric, series }) => {
      const place = placeOfTarget(metric);
      return place < 0 ? [] : series.map(({ labels }) => labels[place] ?? '');
    }),
  );
}

/** Without the series of other targets. */
function ofTargets(metrics: readonly MetricReport[], present: ReadonlySet<string>): readonly MetricReport[] {
  return metrics.flatMap((report) => {
    const place = placeOfTarget(report.metric);
    if (place < 0) return [report];
    const series = report.series.filter(({ labels }) => present.has(labels[place] ?? ''));
    return series.length === 0 ? [] : [{ ...report, series }];
  });
}
