import type { Clock } from '../clock.js';

/** What `within` resolves with when the time is up first. */
export const late: unique symbol = Symbol('late');

/** The result of `work`, or `late` after `delayMs`; the work goes on, and may be awaited again. */
export function within<T>(clock: Clock, delayMs: number, work: Promise<T>): Promise<T | typeof late> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(delayMs, () => resolve(late));
    work.then(
      (value) => {
        cancel();
        resolve(value);
      },
      (error: unknown) => {
        cancel();
        reject(error);
      },
    );
  });
}
