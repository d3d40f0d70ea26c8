import type { Clock } from './clock.js';

/** Work that may be interrupted wherever it yields. */
export type Steps<T> = Generator<undefined, T, undefined>;

/** All of it at once. */
export function finished<T>(steps: Iterator<unknown, T, undefined>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** How long other requests wait for a slice at most; a step may take a little longer. */
const sliceMs = 5;

/** Works through steps and lets the event loop turn between slices of them. `each` gets what they yield. */
export async function inSlices<T, Y>(
  steps: Iterator<Y, T, undefined>,
  clock: Clock,
  each: (yielded: Y) => void = () => undefined,
): Promise<T> {
  for (;;) {
    const until = clock.now() + sliceMs;
    do {
      const step = steps.next();
      if (step.done === true) return step.value;
      each(step.value);
    } while (clock.now() < until);
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }
}
