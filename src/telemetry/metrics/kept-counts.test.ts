import { describe, expect, it } from 'vitest';
import { keepCounts } from './kept-counts.js';
import { createMetrics, type Metrics } from './metrics.js';
import type { MetricsReport } from './report.js';

/** A process that has counted so many reloads, and has one request under way. */
function processOf(name: string): { readonly metrics: Metrics; readonly says: () => MetricsReport } {
  const metrics = createMetrics();
  metrics.watch('activeRequests', () => [[1]]);
  return { metrics, says: () => ({ process: name, metrics: metrics.report() }) };
}

function valueIn({ metrics }: MetricsReport, name: string): number | undefined {
  return metrics.find(({ metric }) => metric === name)?.series[0]?.value;
}

describe('what processes have counted, asked for again and again', () => {
  it('never falls when one ends or does not answer, and what is under way there does', () => {
    const [a, b] = [processOf('a'), processOf('b')];
    const merge = keepCounts();
    a.metrics.counter('reloads', 'success').add(3);
    b.metrics.counter('reloads', 'success').add(4);
    const both = merge([a.says(), b.says()]);
    expect([valueIn(both, 'reloads'), valueIn(both, 'activeRequests')]).toEqual([7, 2]);
    const one = merge([a.says()]);
    expect([valueIn(one, 'reloads'), valueIn(one, 'activeRequests')]).toEqual([7, 1]);
    const c = processOf('c');
    c.metrics.counter('reloads', 'success').add();
    expect(valueIn(merge([a.says(), c.says()]), 'reloads')).toBe(8);
  });

  it('does not count twice who answers again', () => {
    const [a, b] = [processOf('a'), processOf('b')];
    const merge = keepCounts();
    b.metrics.counter('reloads', 'success').add(4);
    merge([a.says(), b.says()]);
    merge([a.says()]);
    b.metrics.counter('reloads', 'success').add();
    expect(valueIn(merge([a.says(), b.says()]), 'reloads')).toBe(5);
  });

  it('is kept of many that have ended, one after the other', () => {
    const merge = keepCounts();
    for (let i = 1; i <= 200; i++) {
      const one = processOf(String(i));
      one.metrics.counter('reloads', 'success').add();
      expect(valueIn(merge([one.says()]), 'reloads')).toBe(i);
    }
  });
});
