import { describe, expect, it } from 'vitest';
import { createMetrics } from './metrics.js';
import { type MetricReport, mergeMetrics } from './report.js';

const ids = (letter: string) => ({ traceId: letter.repeat(32), spanId: letter.repeat(16), sampled: true });

function valueIn(report: readonly MetricReport[], metric: string, ...labels: string[]): number | undefined {
  const found = report.find((one) => one.metric === metric)?.series;
  return found?.find((series) => series.labels.join() === labels.join())?.value;
}

describe('what several processes say, as one', () => {
  const [one, two] = [createMetrics(), createMetrics()];
  one.counter('reloads', 'success').add(2);
  two.counter('reloads', 'success').add(3);
  two.counter('reloads', 'failure').add();
  for (const [metrics, value] of [
    [one, 1],
    [two, 4],
  ] as const) {
    metrics.watch('activeRequests', () => [[value]]);
    metrics.watch('eventLoopDelayMax', () => [[value]]);
    metrics.watch('surfaceGeneration', () => [[value]]);
  }
  const labels = ['a:1', 't.T/Unary', 'OK'] as const;
  one.histogram('attemptDuration', ...labels).observe(0.002, ids('a'));
  two.histogram('attemptDuration', ...labels).observe(0.002);
  two.histogram('attemptDuration', ...labels).observe(100, ids('b'));

  const merged = mergeMetrics([one.report(), two.report()]);

  it.each<[string, string, string[], number]>([
    ['counters add up', 'reloads', ['success'], 5],
    ['what only one has counts', 'reloads', ['failure'], 1],
    ['gauges add up', 'activeRequests', [], 5],
    ['of delays the worst counts', 'eventLoopDelayMax', [], 4],
    ['of generations the oldest counts', 'surfaceGeneration', [], 1],
    ['sums of histograms add up', 'attemptDuration', [...labels], 100.004],
  ])('%s', (_, metric, values, expected) => {
    expect(valueIn(merged, metric, ...values)).toBeCloseTo(expected, 6);
  });

  it('buckets add up', () => {
    const [series] = merged.find(({ metric }) => metric === 'attemptDuration')?.series ?? [];
    expect(series?.counts?.[1]).toBe(2);
    expect(series?.counts?.at(-1)).toBe(1);
  });

  it('goes through a channel of messages as it is', () => {
    const sent: MetricReport[][] = JSON.parse(JSON.stringify([one.report(), two.report()]));
    expect(mergeMetrics(sent)).toEqual(merged);
  });

  it('of one process is what that says', () => {
    expect(mergeMetrics([two.report()])).toEqual(two.report());
  });

  it('histograms with other buckets are left out, not mixed', () => {
    const other = createMetrics({ buckets: [1] });
    other.histogram('attemptDuration', ...labels).observe(0.5);
    expect(valueIn(mergeMetrics([one.report(), other.report()]), 'attemptDuration', ...labels)).toBe(0.002);
  });
});

describe('a value that is asked for', () => {
  it('adds up where it has the same labels, and comes from whoever was named last', () => {
    const metrics = createMetrics();
    metrics.watch('upstreamStreams', () => [[7, 'a:1']]);
    metrics.watch('upstreamStreams', () => [
      [1, 'a:1'],
      [2, 'a:1'],
      [4, 'b:1'],
    ]);
    expect(metrics.report()[0]?.series).toEqual([
      { labels: ['a:1'], value: 3 },
      { labels: ['b:1'], value: 4 },
    ]);
  });
});

describe('examples', () => {
  it('are kept for requests, one for each bucket, and the newest of several processes', () => {
    const labels = ['GET', '/v1', '200', 't.T/Unary', 'OK', 'unary'] as const;
    const reports = ['a', 'b'].map((letter) => {
      const metrics = createMetrics();
      metrics.histogram('requestDuration', ...labels).observe(0.002, ids(letter));
      return metrics.report();
    });
    const [series] = mergeMetrics(reports)[0]?.series ?? [];
    const kept = series?.exemplars?.filter((exemplar) => exemplar !== null) ?? [];
    expect(kept.length).toBe(1);
    const newest = Math.max(
      ...reports
        .flat()
        .flatMap((report) => report.series[0]?.exemplars?.map((one) => one?.seconds ?? 0) ?? []),
    );
    expect(kept[0]?.seconds).toBe(newest);
  });

  it('are not kept where nobody wants them', () => {
    const metrics = createMetrics({ exemplars: false });
    metrics
      .histogram('requestDuration', 'GET', '/v1', '200', 't.T/Unary', 'OK', 'unary')
      .observe(1, ids('a'));
    expect(metrics.report()[0]?.series[0]?.exemplars).toBeUndefined();
  });
});
