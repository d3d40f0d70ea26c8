import { noBytes } from './bytes.js';

/** Room for the first pieces: a TCP segment. */
const roomMin = 1_500;

/**
 * Bytes that come in pieces, gathered into one array. A piece is copied into room that doubles, since
 * a client may cut a body into pieces of one byte: kept apart, each would cost a hundred times its
 * size, and joined anew each time, the square of their number.
 */
export class Gather {
  #bytes: Uint8Array = noBytes;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    if (length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(length, 2 * this.#bytes.length, roomMin));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(piece, this.#length);
    this.#length = length;
  }

  /** All that was added and `last`, and begins anew. Where nothing was added, `last` itself. */
  take(last: Uint8Array = noBytes): Uint8Array {
    if (this.#length === 0) return last;
    this.add(last);
    const all = this.#bytes.subarray(0, this.#length);
    this.#bytes = noBytes;
    this.#length = 0;
    return all;
  }
}
