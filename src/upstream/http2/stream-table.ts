import { ConnectionError, ErrorCode } from './error-code.js';
import type { Stream } from './stream.js';

/** Streams that the server has ended, remembered to tell a frame that may not come from one that crossed ours. */
const endedKept = 64;

/** The streams of one connection: those that are open, and what is known of those that were. */
export class StreamTable {
  readonly #open = new Map<number, Stream>();
  readonly #ended = new Int32Array(endedKept);
  #endedAt = 0;
  #nextId = 1;

  /** Open ones. */
  get size(): number {
    return this.#open.size;
  }

  /** The id that the next stream will have (RFC 9113 §5.1.1). */
  get nextId(): number {
    return this.#nextId;
  }

  get(id: number): Stream | undefined {
    return this.#open.get(id);
  }

  /** Adds a stream with the next id. */
  add(stream: Stream): void {
    this.#open.set(stream.id, stream);
    this.#nextId += 2;
  }

  delete(stream: Stream): void {
    this.#open.delete(stream.id);
  }

  /** The open ones as they are now: they may end while this is walked through. */
  all(): readonly Stream[] {
    return [...this.#open.values()];
  }

  /** Notes that the server has ended its side. */
  ended(id: number): void {
    this.#ended[this.#endedAt] = id;
    this.#endedAt = (this.#endedAt + 1) % endedKept;
  }

  /** Throws ConnectionError for a stream that was never opened (RFC 9113 §5.1, "idle"). */
  requireOpened(id: number): void {
    if (id % 2 === 1 && id < this.#nextId) return;
    throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, 'frame of a stream that was not opened');
  }

  /**
   * Throws ConnectionError for HEADERS or DATA that may not come: on a stream that was never opened, or that
   * the server has ended. After our RST_STREAM there may be frames on the way.
   */
  requireOpenForPeer(id: number): void {
    this.requireOpened(id);
    if (this.#ended.includes(id))
      throw new ConnectionError(ErrorCode.STREAM_CLOSED, 'frame after END_STREAM');
  }
}
