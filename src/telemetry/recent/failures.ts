import type { RequestEvent } from '../request-event.js';
import type { RecentFailure } from './recent.js';

export const failuresMax = 50;

/** The last requests that failed on our side or behind us. */
export class Failures {
  readonly #ring: RecentFailure[] = [];
  #next = 0;

  /** Keeps what leads to the log: not the cause, which may name what operators keep to themselves, and be large. */
  add(event: RequestEvent, at: number): void {
    const { httpMethod, route = '', httpStatus, code, durationMs, requestId, trace } = event;
    this.#ring[this.#next] = {
      at,
      httpMethod,
      route,
      httpStatus,
      code,
      durationMs,
      requestId,
      traceId: trace?.traceId ?? '',
    };
    this.#next = (this.#next + 1) % failuresMax;
  }

  /** The last one first. */
  read(): RecentFailure[] {
    return [...this.#ring.slice(this.#next), ...this.#ring.slice(0, this.#next)].reverse();
  }
}
