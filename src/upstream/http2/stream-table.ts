import { ConnectionError, ErrorCode } from './error-code.js';
import type { Stream } from './stream.js';

/** Places for open streams, a power of two; ids go round in them. */
const places = 1_024;

/** Streams that the server has ended, remembered to tell a frame that may not come from one that crossed ours. */
const endedKept = 64;

/**
 * The streams of one connection: those that are open, and what is known of those that were.
 *
 * Not in a Map, but for those whose place an older one still has: a Map that is added to and deleted from for ever is
 * copied now and then, and each copy is kept by the one before it, with all that was in it, until both are old: then
 * every request outlives the garbage collections of the young, at a fifth of all CPU.
 */
export class StreamTable {
  readonly #open = new Array<Stream | undefined>(places).fill(undefined);
  readonly #displaced = new Map<number, Stream>();
  #size = 0;
  readonly #ended = new Int32Array(endedKept);
  #endedAt = 0;
  #nextId = 1;

  /** Open ones. */
  get size(): number {
    return this.#size;
  }

  /** The id that the next stream will have (RFC 9113 §5.1.1). */
  get nextId(): number {
    return this.#nextId;
  }

  get(id: number): Stream | undefined {
    const stream = this.#open[placeOf(id)];
    if (stream !== undefined && stream.id === id) return stream;
    return this.#displaced.size === 0 ? undefined : this.#displaced.get(id);
  }

  /** Adds a stream with the next id. */
  add(stream: Stream): void {
    const place = placeOf(stream.id);
    if (this.#open[place] === undefined) this.#open[place] = stream;
    else this.#displaced.set(stream.id, stream);
    this.#size += 1;
    this.#nextId += 2;
  }

  delete(stream: Stream): void {
    const place = placeOf(stream.id);
    if (this.#open[place] === stream) this.#open[place] = undefined;
    else if (!this.#displaced.delete(stream.id)) return;
    this.#size -= 1;
  }

  /** The open ones as they are now, in the order of their ids: they may end while this is walked through. */
  all(): readonly Stream[] {
    const placed = this.#open.filter((stream) => stream !== undefined);
    return [...placed, ...this.#displaced.values()].sort((a, b) => a.id - b.id);
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

/** Ids of our streams are odd. */
function placeOf(id: number): number {
  return (id >>> 1) & (places - 1);
}
