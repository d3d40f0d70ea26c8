import { describe, expect, it } from 'vitest';
import { createMetrics } from './metrics.js';

describe('a report of some metrics', () => {
  it('asks nobody about the others: what they measure from one look to the next goes on', () => {
    const metrics = createMetrics();
    metrics.counter('rateLimits', 'daily', 'allowed').add();
    metrics.counter('overload', 'low', 'refused').add();
    let looks = 0;
    metrics.watch('eventLoopDelayMax', () => {
      looks += 1;
      return [[1]];
    });
    expect(metrics.report(new Set(['rateLimits']))).toMatchObject([
      { metric: 'rateLimits', series: [{ labels: ['daily', 'allowed'], value: 1 }] },
    ]);
    expect(looks).toBe(0);
    expect(metrics.report()).toHaveLength(3);
    expect(looks).toBe(1);
  });
});
