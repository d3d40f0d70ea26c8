import type { Limits } from '../../limits.js';
import { Code, StatusError } from '../../status/index.js';
import { bodyTooLarge } from '../body.js';
import { joinBytes, noBytes } from '../bytes.js';

/**
 * Length-delimited protobuf, each message behind its length as a varint, → one message at a time.
 * Holds at most one message and a chunk.
 */
export class DelimitedSplitter {
  readonly #bytesMax: number;
  #rest: Uint8Array = noBytes;

  constructor({ requestBodyBytesMax }: Pick<Limits, 'requestBodyBytesMax'>) {
    this.#bytesMax = requestBodyBytesMax;
  }

  /** The messages that a chunk completes; views. Throws StatusError BODY_MALFORMED, BODY_TOO_LARGE. */
  *push(chunk: Uint8Array): Generator<Uint8Array> {
    this.#rest = this.#rest.length === 0 ? chunk : joinBytes([this.#rest, chunk]);
    for (;;) {
      const head = readLength(this.#rest);
      if (head === undefined) return;
      if (head.length > this.#bytesMax) throw bodyTooLarge(this.#bytesMax);
      const end = head.start + head.length;
      if (this.#rest.length < end) return;
      const message = this.#rest.subarray(head.start, end);
      this.#rest = this.#rest.subarray(end);
      yield message;
    }
  }

  /** After the last chunk. Throws StatusError BODY_MALFORMED in the middle of a message. */
  end(): readonly Uint8Array[] {
    if (this.#rest.length > 0) throw malformed('ends in the middle of a message');
    return [];
  }
}

/** The length at the beginning, and where its message starts; undefined where more is needed to know. */
function readLength(bytes: Uint8Array): { readonly length: number; readonly start: number } | undefined {
  let length = 0;
  for (let at = 0; at < 5; at++) {
    const byte = bytes[at];
    if (byte === undefined) return undefined;
    length += (byte & 127) * 2 ** (7 * at);
    if (byte < 128) return { length, start: at + 1 };
  }
  throw malformed('has a message length of more than five bytes');
}

function malformed(problem: string): StatusError {
  return new StatusError(
    Code.INVALID_ARGUMENT,
    'BODY_MALFORMED',
    `The body is not length-delimited protobuf: it ${problem}.`,
  );
}
