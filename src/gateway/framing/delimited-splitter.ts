import type { Limits } from '../../limits.js';
import { Code, StatusError } from '../../status/index.js';
import { bodyTooLarge } from '../body.js';
import { noBytes } from '../bytes.js';
import { Gather } from '../gather.js';

/**
 * Length-delimited protobuf, each message behind its length as a varint, → one message at a time.
 * Holds at most one message and a chunk, however the input is cut.
 */
export class DelimitedSplitter {
  readonly #bytesMax: number;
  /** Bytes of the message that has begun, and how long it will be; undefined between messages. */
  readonly #message = new Gather();
  #length: number | undefined;
  /** The length so far, and how many bytes of it came. */
  #prefix = 0;
  #prefixBytes = 0;

  constructor({ requestBodyBytesMax }: Pick<Limits, 'requestBodyBytesMax'>) {
    this.#bytesMax = requestBodyBytesMax;
  }

  /** The messages that end in this chunk, as views into it where they lie in it whole. Throws StatusError BODY_MALFORMED, BODY_TOO_LARGE. */
  *push(chunk: Uint8Array): Generator<Uint8Array, void> {
    let at = 0;
    while (at < chunk.length) {
      if (this.#length === undefined) {
        this.#readLength(chunk[at++] ?? 0);
        if (this.#length === 0) yield this.#end(noBytes);
        continue;
      }
      const piece = chunk.subarray(at, at + this.#length - this.#message.length);
      at += piece.length;
      if (this.#message.length + piece.length === this.#length) yield this.#end(piece);
      else this.#message.add(piece);
    }
  }

  /** After the last chunk. Throws StatusError BODY_MALFORMED in the middle of a message. */
  end(): readonly Uint8Array[] {
    if (this.#length !== undefined || this.#prefixBytes > 0)
      throw malformed('ends in the middle of a message');
    return [];
  }

  /** One more byte of a varint. */
  #readLength(byte: number): void {
    this.#prefix += (byte & 127) * 2 ** (7 * this.#prefixBytes);
    this.#prefixBytes++;
    if (byte > 127) {
      if (this.#prefixBytes === 5) throw malformed('has a message length of more than five bytes');
      return;
    }
    if (this.#prefix > this.#bytesMax) throw bodyTooLarge(this.#bytesMax);
    this.#length = this.#prefix;
    this.#prefix = 0;
    this.#prefixBytes = 0;
  }

  #end(last: Uint8Array): Uint8Array {
    this.#length = undefined;
    return this.#message.take(last);
  }
}

function malformed(problem: string): StatusError {
  return new StatusError(
    Code.INVALID_ARGUMENT,
    'BODY_MALFORMED',
    `The body is not length-delimited protobuf: it ${problem}.`,
  );
}
