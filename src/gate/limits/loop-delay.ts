import type { Clock } from '../../clock.js';

/** How long a turn of an idle event loop is waited for. */
const sampleMs = 20;
/** What one sample counts for: one long pause for collecting garbage is not yet an overload. */
const weight = 0.2;

/**
 * How late the event loop is, in milliseconds: by how much a timer comes late, smoothed. It is
 * measured while requests come, and not otherwise; then what was measured counts for less and less.
 */
export class LoopDelay {
  readonly #clock: Clock;
  #smoothed = 0;
  #due = Number.NEGATIVE_INFINITY;
  #isMeasuring = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Called for each request: measures on, and says what has been measured. */
  get ms(): number {
    if (!this.#isMeasuring) this.#measure();
    return this.#smoothed;
  }

  #measure(): void {
    const now = this.#clock.now();
    // Nobody has asked for so many samples, each of which would have been on time.
    const idle = Math.max(0, Math.floor((now - this.#due) / sampleMs));
    this.#smoothed *= (1 - weight) ** idle;
    this.#isMeasuring = true;
    this.#due = now + sampleMs;
    this.#clock.after(sampleMs, () => {
      const late = Math.max(0, this.#clock.now() - this.#due);
      this.#smoothed += weight * (late - this.#smoothed);
      this.#due += late;
      this.#isMeasuring = false;
    });
  }
}
