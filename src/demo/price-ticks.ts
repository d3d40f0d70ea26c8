import type { WatchPricesRequest, WatchPricesResponse } from '../../gen/ts/shop/pricing/v1/pricing.js';
import type { Clock } from '../clock.js';
import { money, scaled } from './money.js';
import { invalid } from './problem.js';

const defaultIntervalMs = 1000;

/**
 * Prices that move a little with every tick, the products in turn. The walk is the same in every call,
 * so that two watchers of one product see one history.
 */
export async function* watchPrices(
  starts: readonly { readonly product: string; readonly nanos: bigint }[],
  currency: string,
  { interval, maxTicks }: WatchPricesRequest,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<WatchPricesResponse> {
  const intervalMs =
    interval === undefined ? defaultIntervalMs : Number(interval.seconds) * 1000 + interval.nanos / 1e6;
  if (intervalMs < 1) throw invalid('interval', 'must be at least a millisecond');
  if (maxTicks < 0) throw invalid('max_ticks', 'must not be negative');
  const now = starts.map(({ nanos }) => nanos);
  let random = 20260105;
  for (let tick = 0; (maxTicks === 0 || tick < maxTicks) && !signal.aborted; tick++) {
    if (tick > 0) await pause(clock, intervalMs, signal);
    const index = tick % starts.length;
    // Numerical Recipes' generator: any spread will do, as long as it repeats.
    random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
    const basisPoints = (random % 401) - 200;
    const amount = scaled(currency, now[index] ?? 0n, 1 + basisPoints / 10_000);
    now[index] = amount;
    yield {
      product: starts[index]?.product ?? '',
      amount: money(currency, amount),
      changeBasisPoints: basisPoints,
      sequence: BigInt(tick + 1),
    };
  }
}

/** Resolves after the time, or at once when the signal fires. */
function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(delayMs, done);
    signal.addEventListener('abort', done);
  });
}
