/** What `within` resolves with when the time is up first. */
export const late: unique symbol = Symbol('late');

/** The result of `work`, or `late` when the timer that `after` sets fires first; the work goes on, and may be awaited again. */
export function within<T>(
  after: (fire: () => void) => () => void,
  work: Promise<T>,
): Promise<T | typeof late> {
  return new Promise((resolve, reject) => {
    const cancel = after(() => resolve(late));
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
