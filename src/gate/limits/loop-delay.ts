import type { Clock } from '../../clock.js';

/** How long a turn of an idle event loop is waited for. */
const sampleMs = 20;
/** What one sample counts for: one long pause for collecting garbage is not yet an overload. */
const weight = 0.2;
/** So many samples without a request, and there are no more of them. */
const quietMax = 50;

/**
 * How late the event loop is, in milliseconds: by how much a timer comes late, smoothed. It is
 * measured while requests come and for a second after; an idle process is not woken.
 */
export class LoopDelay {
  readonly #clock: Clock;
  #smoothed = 0;
  #isMeasuring = false;
  #isAsked = false;
  #quiet = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Called for each request: measures on, and says what has been measured. */
  get ms(): number {
    this.#isAsked = true;
    if (!this.#isMeasuring) this.#measure();
    return this.#smoothed;
  }

  #measure(): void {
    this.#isMeasuring = true;
    const due = this.#clock.now() + sampleMs;
    this.#clock.after(sampleMs, () => {
      const late = Math.max(0, this.#clock.now() - due);
      this.#smoothed += weight * (late - this.#smoothed);
      this.#quiet = this.#isAsked ? 0 : this.#quiet + 1;
      this.#isAsked = false;
      if (this.#quiet < quietMax) this.#measure();
      else this.#stop();
    });
  }

  #stop(): void {
    this.#isMeasuring = false;
    this.#quiet = 0;
    this.#smoothed = 0;
  }
}
