import type { CancelSignal } from './cancel-signal.js';
import type { Clock } from './clock.js';

/** Resolves after a time, or as soon as a signal is aborted. */
export function pause(clock: Clock, delayMs: number, ...signals: readonly CancelSignal[]): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(delayMs, wake);
    for (const signal of signals) signal.addEventListener('abort', wake);
    function wake(): void {
      cancel();
      for (const signal of signals) signal.removeEventListener('abort', wake);
      resolve();
    }
  });
}
