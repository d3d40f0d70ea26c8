import { Code, reasons, StatusError } from '../status/index.js';

/** The streams under way, so that a shutdown can end them with an error of their own format. */
export class LiveStreams {
  readonly #stops = new Set<(error: StatusError) => void>();
  #draining = false;

  /** Registers a stream; returns the removal. */
  add(stop: (error: StatusError) => void): () => void {
    this.#stops.add(stop);
    return () => this.#stops.delete(stop);
  }

  /** Refuses a stream that would be ended at once. Throws StatusError SHUTTING_DOWN. */
  admit(): void {
    if (this.#draining) throw shuttingDown();
  }

  /** Ends all streams, and admits no more. Idempotent. */
  drain(): void {
    this.#draining = true;
    for (const stop of [...this.#stops]) stop(shuttingDown());
  }
}

function shuttingDown(): StatusError {
  return new StatusError(Code.UNAVAILABLE, 'SHUTTING_DOWN', reasons.SHUTTING_DOWN);
}
