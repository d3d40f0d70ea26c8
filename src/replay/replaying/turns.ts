import type { Clock } from '../../clock.js';
import { pause } from '../../pause.js';

export interface TurnOptions {
  /** At once. */
  readonly concurrency: number;
  /** In a second. */
  readonly rate: number;
  readonly clock: Clock;
  /** No more are begun once it is aborted. */
  readonly signal: AbortSignal;
}

/** Works through everything in order, no faster than it may. */
export async function takeTurns<T>(
  all: AsyncIterable<T>,
  work: (one: T) => Promise<void>,
  { concurrency, rate, clock, signal }: TurnOptions,
): Promise<void> {
  const running = new Set<Promise<void>>();
  let due = clock.now();
  for await (const one of all) {
    if (running.size >= concurrency) await Promise.race(running);
    // What came too late does not make the next ones come faster.
    due = Math.max(due, clock.now() - 1_000 / rate);
    if (due > clock.now()) await pause(clock, due - clock.now(), signal);
    if (signal.aborted) break;
    due += 1_000 / rate;
    const turn = work(one).finally(() => running.delete(turn));
    running.add(turn);
  }
  await Promise.all(running);
}
