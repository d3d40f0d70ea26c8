import { describe, expect, it } from 'vitest';
import type { Policy } from '../policy/schema.js';
import { shareRefused } from './overload.js';

type Priority = NonNullable<Policy['priority']>;

describe('the share of requests that is refused when the event loop is late, with eventLoopDelay: 100ms', () => {
  it.each<[number, Record<Priority, number>]>([
    [0, { low: 0, normal: 0, high: 0 }],
    [100, { low: 0, normal: 0, high: 0 }],
    [150, { low: 0.5, normal: 0, high: 0 }],
    [200, { low: 0.98, normal: 0, high: 0 }],
    [300, { low: 0.98, normal: 0.5, high: 0 }],
    [400, { low: 0.98, normal: 0.98, high: 0 }],
    [600, { low: 0.98, normal: 0.98, high: 0.5 }],
    [9_000, { low: 0.98, normal: 0.98, high: 0.98 }],
  ])('%i ms: %j', (delay, shares) => {
    for (const priority of ['low', 'normal', 'high'] as const) {
      expect(shareRefused(delay, 100, priority)).toBe(shares[priority]);
    }
  });
});
