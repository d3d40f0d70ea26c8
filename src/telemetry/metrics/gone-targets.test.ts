import { describe, expect, it } from 'vitest';
import { handClock } from '../../../test/support/hand-clock.js';
import { keepCounts } from './kept-counts.js';
import { createMetrics, type Metrics } from './metrics.js';
import type { MetricReport } from './report.js';

/** What was counted of targets that are gone. */

const minutes = 60_000;

function counting(clock = handClock()) {
  const metrics = createMetrics({}, clock);
  let targets: readonly string[] = [];
  metrics.watchTargets(() => targets);
  /** A reload after which there are these, all of which are called. */
  const reload = (...next: readonly string[]): void => {
    targets = next;
    for (const target of next) call(metrics, target);
  };
  const pass = (ms: number): void => clock.moveTo(clock.now() + ms);
  return { metrics, reload, pass };
}

function call(metrics: Metrics, target: string): void {
  metrics.counter('upstreamBudgetExhausted', target).add();
  metrics.histogram('attemptDuration', target, 't.T/Get', 'OK').observe(0.001);
}

function targetsIn(reports: readonly MetricReport[]): readonly (string | undefined)[] {
  return reports.flatMap(({ series }) => series.map(({ labels }) => labels[0])).toSorted();
}

describe('a process', () => {
  it('tells of a target that is gone for some minutes more, and then no more', () => {
    const { metrics, reload, pass } = counting();
    reload('a:1', 'b:1');
    metrics.report();
    reload('b:1');
    expect(targetsIn(metrics.report())).toEqual(['a:1', 'a:1', 'b:1', 'b:1']);
    pass(5 * minutes - 1);
    expect(targetsIn(metrics.report())).toEqual(['a:1', 'a:1', 'b:1', 'b:1']);
    pass(1);
    expect(targetsIn(metrics.report())).toEqual(['b:1', 'b:1']);
  });

  it('tells of it at least once, however seldom it is asked', () => {
    const { metrics, reload, pass } = counting();
    reload('a:1');
    reload();
    pass(60 * minutes);
    // Not everything is asked for: nobody has seen its last values by that.
    metrics.report(new Set(['reloads']));
    pass(60 * minutes);
    expect(targetsIn(metrics.report())).toEqual(['a:1', 'a:1']);
    pass(60 * minutes);
    expect(metrics.report()).toEqual([]);
  });

  it('goes on counting where a target comes back in time, and begins anew behind that', () => {
    const { metrics, reload, pass } = counting();
    const count = (): number | undefined =>
      metrics.report().find(({ metric }) => metric === 'upstreamBudgetExhausted')?.series[0]?.value;
    reload('a:1');
    reload();
    metrics.report();
    pass(4 * minutes);
    reload('a:1');
    expect(count()).toBe(2);
    reload();
    pass(2 * minutes);
    expect(count()).toBe(2);
    pass(5 * minutes);
    expect(count()).toBeUndefined();
    reload('a:1');
    expect(count()).toBe(1);
  });

  it('has no more series after a year of moving backends than after a day', () => {
    const { metrics, reload, pass } = counting();
    let most = 0;
    for (let hour = 0; hour < 365 * 24; hour++) {
      reload(`10.0.${hour >> 8}.${hour & 255}:1`);
      most = Math.max(most, targetsIn(metrics.report()).length);
      pass(60 * minutes);
    }
    expect(most).toBeLessThanOrEqual(4);
  });

  it('keeps what has nothing to do with targets', () => {
    const { metrics, pass } = counting();
    metrics.counter('reloads', 'success').add();
    metrics.report();
    pass(60 * minutes);
    expect(metrics.report()).toMatchObject([{ metric: 'reloads', series: [{ value: 1 }] }]);
  });
});

describe('several processes', () => {
  it('tell of a target for as long as one of them does, whoever has ended', () => {
    const merge = keepCounts();
    const says = (name: string, ...targets: readonly string[]) => {
      const metrics = createMetrics();
      for (const target of targets) call(metrics, target);
      return { process: name, metrics: metrics.report() };
    };
    const sum = (...reports: readonly ReturnType<typeof says>[]) => merge(reports).metrics;
    sum(says('a', 'old:1', 'new:1'), says('b', 'old:1'));
    const counted = sum(says('b', 'old:1'));
    expect(counted.find(({ metric }) => metric === 'upstreamBudgetExhausted')?.series).toMatchObject([
      { labels: ['old:1'], value: 2 },
    ]);
    expect(targetsIn(sum(says('c', 'new:1')))).toEqual(['new:1', 'new:1']);
  });

  it('forget the targets of a hundred that have ended', () => {
    const merge = keepCounts();
    for (let i = 0; i < 100; i++) {
      const metrics = createMetrics();
      call(metrics, `10.0.0.${i}:1`);
      const merged = merge([{ process: String(i), metrics: metrics.report() }]);
      expect(targetsIn(merged.metrics)).toEqual([`10.0.0.${i}:1`, `10.0.0.${i}:1`]);
    }
  });
});
