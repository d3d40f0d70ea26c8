import { Code, reasons, StatusError } from '../status/index.js';

/** The streams under way, so that a shutdown can end them with an error of their own format. */
export class LiveStreams {
  /** How each is stopped, and whether its client comes back by itself. */
  readonly #streams = new Map<(error: StatusError) => void, boolean>();
  #draining = false;

  /** Registers a stream; returns the removal. One whose client connects again is sent away at once by a gateway that drains. */
  add(stop: (error: StatusError) => void, reconnects: boolean): () => void {
    this.#streams.set(stop, reconnects);
    if (this.#draining && reconnects) stop(shuttingDown());
    return () => this.#streams.delete(stop);
  }

  /** Refuses a WebSocket, which would hardly begin. Throws StatusError SHUTTING_DOWN. */
  admit(): void {
    if (this.#draining) throw shuttingDown();
  }

  /** Opens no more WebSockets, and sends those away whose clients connect again, to another of us. Idempotent. */
  drain(): void {
    this.#draining = true;
    for (const [stop, reconnects] of [...this.#streams]) if (reconnects) stop(shuttingDown());
  }

  /** Ends whatever is left. */
  cut(): void {
    for (const stop of [...this.#streams.keys()]) stop(shuttingDown());
  }
}

function shuttingDown(): StatusError {
  return new StatusError(Code.UNAVAILABLE, 'SHUTTING_DOWN', reasons.SHUTTING_DOWN);
}
