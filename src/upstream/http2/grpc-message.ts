import { gunzipSync } from 'node:zlib';

/** Compression flag and length before each message (gRPC over HTTP/2, "Length-Prefixed-Message"). */
export const messagePrefixBytes = 5;

/** Room that a message gets before any of it has come; it grows with what comes, since what is announced may never. */
const firstBytesMax = 64 * 1024;
/** Each step is copied once more; what is not written to takes no memory yet. */
const roomGrowth = 8;

/** What becomes of the bytes of a stream. */
export interface MessageSink {
  /** One message, in memory of its own. */
  message(binary: Buffer): void;
  /** Nothing more can be read: a length beyond the limit, or something that is not a message. */
  unreadable(problem: 'too large' | 'malformed'): void;
}

/** Puts the messages of one stream together, however they were cut. */
export class MessageReader {
  readonly #sink: MessageSink;
  readonly #bytesMax: number;
  readonly #encoding: string;
  #isBroken = false;
  #prefixBytes = 0;
  #isCompressed = false;
  #length = 0;
  #body: Buffer | undefined;
  #have = 0;

  /** `bytesMax`: of one message, as announced and after decompression. `encoding`: that of the response headers. */
  constructor(sink: MessageSink, bytesMax: number, encoding: string) {
    this.#sink = sink;
    this.#bytesMax = bytesMax;
    this.#encoding = encoding;
  }

  /** Whether what has been read ends with a message. */
  get isBetweenMessages(): boolean {
    return this.#prefixBytes === 0;
  }

  /** Reads a piece of the stream; what is in `bytes` may be overwritten afterwards. */
  push(bytes: Buffer, start: number, end: number): void {
    let position = start;
    while (!this.#isBroken) {
      while (this.#prefixBytes < messagePrefixBytes) {
        if (position === end) return;
        if (!this.#prefix(bytes[position] ?? 0)) return;
        position += 1;
      }
      const pieceEnd = Math.min(end, position + this.#length - this.#have);
      this.#append(bytes, position, pieceEnd);
      position = pieceEnd;
      if (this.#have < this.#length) return;
      this.#finish();
    }
  }

  #prefix(byte: number): boolean {
    if (this.#prefixBytes === 0) {
      if (byte > 1 || (byte === 1 && this.#encoding !== 'gzip')) return this.#fail('malformed');
      this.#isCompressed = byte === 1;
      this.#length = 0;
    } else {
      this.#length = this.#length * 256 + byte;
    }
    this.#prefixBytes += 1;
    // Refused before there is any room for it.
    return (
      this.#prefixBytes < messagePrefixBytes || this.#length <= this.#bytesMax || this.#fail('too large')
    );
  }

  #append(bytes: Buffer, start: number, end: number): void {
    const have = this.#have + end - start;
    if (this.#body === undefined || this.#body.length < have) {
      // What is announced is not yet here: room grows with what has come.
      const room = Math.min(this.#length, Math.max(firstBytesMax, roomGrowth * have));
      const larger = Buffer.allocUnsafe(room);
      this.#body?.copy(larger, 0, 0, this.#have);
      this.#body = larger;
    }
    bytes.copy(this.#body, this.#have, start, end);
    this.#have = have;
  }

  #finish() {
    const body = this.#body ?? Buffer.alloc(0);
    this.#body = undefined;
    this.#have = 0;
    this.#prefixBytes = 0;
    if (!this.#isCompressed) return this.#sink.message(body);
    const inflated = inflate(body, this.#bytesMax);
    if (typeof inflated === 'string') this.#fail(inflated);
    else this.#sink.message(inflated);
  }

  #fail(problem: 'too large' | 'malformed'): false {
    this.#isBroken = true;
    this.#sink.unreadable(problem);
    return false;
  }
}

/**
 * At once and not beside: the order of messages needs no queue then, and the limit bounds how long it takes.
 * Inflating stops at the limit.
 */
function inflate(body: Buffer, bytesMax: number): Buffer | 'too large' | 'malformed' {
  try {
    return gunzipSync(body, { maxOutputLength: Math.max(1, bytesMax) });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === 'ERR_BUFFER_TOO_LARGE' ? 'too large' : 'malformed';
  }
}
