import { catalog } from './catalog.js';
import { type MetricReport, type MetricsReport, mergeMetrics } from './report.js';

/** Processes without an answer that are remembered one by one; before these, they are gone for good. */
const silentMax = 32;

/**
 * Merges what processes say, again and again, so that no count ever falls: of a process that has ended, or that does
 * not answer this time, what it had counted before counts on. A sum that falls would be read as a restart of all, and
 * all that is left of it as new.
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
    const kept = silent.map(([, metrics]) => countsOf(metrics));
    const said = reports.map(({ metrics }) => metrics);
    return { process: [...speaking].join(), metrics: mergeMetrics([...said, ...kept, gone]) };
  };
}

/** Without what only the living have. */
function countsOf(metrics: readonly MetricReport[]): readonly MetricReport[] {
  return metrics.filter(({ metric }) => catalog[metric].kind !== 'gauge');
}
