import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../test/support/gateway-bench.js';
import { createRetryBudget } from './retry-budget.js';

/** How many repetitions are left. */
function drain(budget: { take(): boolean }): number {
  let taken = 0;
  while (budget.take()) taken += 1;
  return taken;
}

describe('the retry budget', () => {
  it.each([
    [0, 10, 0],
    [1_000, 10, 100],
    [1_009, 10, 100],
    [1_000, 0, 0],
  ])('%d calls and %d percent allow %d repetitions', (calls, percent, expected) => {
    const budget = createRetryBudget({ ratio: percent / 100, perSecondMin: 0 }, new FakeClock());
    for (let made = 0; made < calls; made++) budget.called();
    expect(drain(budget)).toBe(expected);
  });

  it('a quiet backend has the minimum', () => {
    const budget = createRetryBudget({ ratio: 0.1, perSecondMin: 2 }, new FakeClock());
    expect(drain(budget)).toBe(20);
  });

  it('calls and repetitions count for ten seconds', async () => {
    const clock = new FakeClock();
    const budget = createRetryBudget({ ratio: 0.1, perSecondMin: 0 }, clock);
    for (let made = 0; made < 100; made++) budget.called();
    expect(drain(budget)).toBe(10);
    await clock.advance(9_000);
    for (let made = 0; made < 50; made++) budget.called();
    expect(drain(budget)).toBe(5);
    // The first calls are forgotten, and what they had allowed with them.
    await clock.advance(1_000);
    expect(drain(budget)).toBe(0);
    for (let made = 0; made < 50; made++) budget.called();
    expect(drain(budget)).toBe(5);
    await clock.advance(1_000_000);
    expect(drain(budget)).toBe(0);
  });
});
