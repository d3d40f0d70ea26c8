import type { Clock } from '../../clock.js';
import { ConnectionError, ErrorCode } from './error-code.js';

/** Far more than any server sends; far less than hurts. */
const allowance = 1_000;
const periodMs = 10_000;

/**
 * Bounds what a peer may make us do without getting any call further: PING, SETTINGS, empty DATA,
 * WINDOW_UPDATE, frames of unknown types or of streams that have ended (RFC 9113 §10.5).
 */
export class FloodGuard {
  readonly #clock: Clock;
  #left = allowance;
  /** Frames that may still come for streams that we have reset. */
  #crossing = 0;
  #since: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#since = clock.now();
  }

  /** Counts a frame that did no good. Throws ConnectionError ENHANCE_YOUR_CALM when there were too many. */
  spend(): void {
    this.#left -= 1;
    if (this.#left >= 0) return;
    const now = this.#clock.now();
    if (now - this.#since < periodMs)
      throw new ConnectionError(ErrorCode.ENHANCE_YOUR_CALM, 'flood of frames');
    this.#since = now;
    this.#left = allowance;
  }

  /** Counts a frame for a stream that is gone. Throws as `spend` does. */
  cross(): void {
    if (this.#crossing > 0) this.#crossing -= 1;
    else this.spend();
  }

  /** We have reset a stream: headers, trailers, WINDOW_UPDATE and RST_STREAM may be on their way. */
  reset(): void {
    this.#crossing += 4;
  }

  /** Counts a frame that was of use, ours included: servers answer one with two WINDOW_UPDATE and a PING. */
  earn(): void {
    if (this.#left < allowance) this.#left += 4;
  }
}
