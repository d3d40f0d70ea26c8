import type { Clock } from '../../clock.js';
import type { Count } from '../../telemetry/index.js';

export interface RetryBudgetOptions {
  /** Repeated calls per first call, such as 0.1. */
  readonly ratio: number;
  /** Repeated calls that are allowed in any second, however few calls there are. */
  readonly perSecondMin: number;
}

/**
 * Bounds repeated calls to a share of all calls, so that a backend in trouble is not given several
 * times its load. Counted over the last ten seconds, in steps of one.
 */
export interface RetryBudget {
  /** A call was made for the first time. */
  called(): void;
  /** Whether a call may be repeated; if so it is counted. */
  take(): boolean;
  /** An attempt has ended; a failure is what a policy would repeat. */
  ended(isFailure: boolean): void;
}

/** The same, with what it does not allow counted. */
export function countedBudget(budget: RetryBudget, exhausted: Count): RetryBudget {
  return {
    ...budget,
    take() {
      const may = budget.take();
      if (!may) exhausted.add();
      return may;
    },
  };
}

const windowSeconds = 10;

export function createRetryBudget({ ratio, perSecondMin }: RetryBudgetOptions, clock: Clock): RetryBudget {
  const calls = new Array<number>(windowSeconds).fill(0);
  const repeats = new Array<number>(windowSeconds).fill(0);
  let second = Math.floor(clock.now() / 1_000);

  /** The slot of this second, those of the seconds that passed meanwhile emptied. */
  function slot(): number {
    const now = Math.floor(clock.now() / 1_000);
    for (let passed = Math.max(second + 1, now - windowSeconds + 1); passed <= now; passed++) {
      calls[passed % windowSeconds] = 0;
      repeats[passed % windowSeconds] = 0;
    }
    second = now;
    return now % windowSeconds;
  }

  const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

  return {
    called() {
      const index = slot();
      calls[index] = (calls[index] ?? 0) + 1;
    },
    take() {
      const index = slot();
      if (sum(repeats) + 1 > perSecondMin * windowSeconds + ratio * sum(calls)) return false;
      repeats[index] = (repeats[index] ?? 0) + 1;
      return true;
    },
    ended() {},
  };
}
