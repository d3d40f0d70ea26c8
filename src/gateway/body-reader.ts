import type { Clock } from '../clock.js';
import { Code, StatusError } from '../status/index.js';

/** Reads a request body chunk by chunk, with a limit to how long the client may be silent, and one to how long all of it may take. */
export class BodyReader {
  readonly #chunks: AsyncIterator<Uint8Array> | undefined;
  readonly #clock: Clock;
  readonly #idleTimeoutMs: number;
  readonly #endsAt: number;
  #ended: boolean;
  #bytes = 0;
  #abandon: () => void = () => {};
  #onChunk: () => void = () => {};

  constructor(
    body: AsyncIterable<Uint8Array> | undefined,
    clock: Clock,
    idleTimeoutMs: number,
    timeoutMs = Number.POSITIVE_INFINITY,
  ) {
    this.#chunks = body?.[Symbol.asyncIterator]();
    this.#clock = clock;
    this.#idleTimeoutMs = idleTimeoutMs;
    this.#endsAt = clock.now() + timeoutMs;
    this.#ended = body === undefined;
  }

  /** What has been read so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Has every chunk announced from now on. */
  onChunk(act: () => void): void {
    this.#onChunk = act;
  }

  /**
   * The next chunk, or undefined at the end or after `stop`. One call at a time.
   * Rejects with StatusError BODY_TIMEOUT (HTTP 408), or CLIENT_CLOSED when the body breaks off.
   */
  next(): Promise<Uint8Array | undefined> {
    const chunks = this.#chunks;
    if (chunks === undefined || this.#ended) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      const leftMs = Math.max(this.#endsAt - this.#clock.now(), 0);
      const cancelTimer = this.#clock.after(Math.min(this.#idleTimeoutMs, leftMs), () => {
        reject(timedOut());
        this.stop();
      });
      // A promise settles once: what comes after the abandonment is ignored.
      this.#abandon = () => {
        cancelTimer();
        resolve(undefined);
      };
      chunks.next().then(
        ({ done, value }) => {
          cancelTimer();
          if (done === true) this.#ended = true;
          else this.#bytes += value.length;
          this.#onChunk();
          resolve(done === true || this.#ended ? undefined : value);
        },
        (error: unknown) => {
          cancelTimer();
          this.#ended = true;
          reject(error instanceof StatusError ? error : brokenOff(error));
        },
      );
    });
  }

  /** Reads no more: a pending `next` ends at once, and the source is told. Idempotent. */
  stop(): void {
    if (this.#ended) return;
    this.#ended = true;
    // Not awaited, since an async generator answers only once its pending chunk has come.
    this.#chunks?.return?.()?.catch(() => {});
    this.#abandon();
  }
}

function timedOut(): StatusError {
  return new StatusError(Code.DEADLINE_EXCEEDED, 'BODY_TIMEOUT', 'The body did not arrive in time.', {
    httpStatus: 408,
  });
}

function brokenOff(cause: unknown): StatusError {
  return new StatusError(Code.CANCELLED, 'CLIENT_CLOSED', 'The request body broke off.', { cause });
}
