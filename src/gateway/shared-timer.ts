import type { Clock } from '../clock.js';

/**
 * One timer for all who wait for the same length of time: who came first is due first. For waits
 * that many streams begin anew with each message, of which hardly one is waited out.
 */
export class SharedTimer {
  readonly #clock: Clock;
  readonly #delayMs: number;
  /** In the order in which they are due. */
  readonly #waiting = new Set<{ readonly dueAt: number; readonly fire: () => void }>();
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, delayMs: number) {
    this.#clock = clock;
    this.#delayMs = delayMs;
  }

  /** Calls `fire` once after the delay; returns the cancellation. */
  after(fire: () => void): () => void {
    const wait = { dueAt: this.#clock.now() + this.#delayMs, fire };
    this.#waiting.add(wait);
    this.#cancel ??= this.#clock.after(this.#delayMs, () => this.#fireDue());
    return () => {
      this.#waiting.delete(wait);
      if (this.#waiting.size > 0) return;
      this.#cancel?.();
      this.#cancel = undefined;
    };
  }

  #fireDue(): void {
    const now = this.#clock.now();
    // None where whoever was first has stopped waiting.
    const due = [...this.#waiting].filter(({ dueAt }) => dueAt <= now);
    for (const wait of due) this.#waiting.delete(wait);
    const [next] = this.#waiting;
    this.#cancel = next && this.#clock.after(next.dueAt - now, () => this.#fireDue());
    for (const { fire } of due) fire();
  }
}
