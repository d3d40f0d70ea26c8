import type { FrameWriter } from './frame-writer.js';
import { messagePrefixBytes } from './grpc-message.js';
import type { RequestCompression } from './request-compression.js';

/** A call whose messages are no larger than this together can be sent a second time, as long as nothing was answered. */
const keptBytesMax = 64 * 1024;

const nothing = new Uint8Array();

/**
 * The messages of one call on their way out, and its half-close. What has been sent is kept for a second
 * attempt until `commit`, within bounds; the first message is kept whatever its size.
 */
export class Outbox {
  readonly #compression: RequestCompression | undefined;
  #messages: Uint8Array[] = [];
  /** Whether the message at the same place is compressed. */
  #areCompressed: boolean[] = [];
  /** Called when the message at the same place has left, or never will. */
  #waiters: ((() => void) | undefined)[] = [];
  /** The message that is being sent, and how much of it and its prefix has been. */
  #next = 0;
  #offset = 0;
  #isEnded = false;
  #isEndSent = false;
  #isClosed = false;
  #isKept = true;
  #keptBytes = 0;

  /** `compression` undefined for a call whose messages go as they are. */
  constructor(compression: RequestCompression | undefined) {
    this.#compression = compression;
  }

  /** Messages may be compressed, which the head of the request has to say. */
  get isCompressing(): boolean {
    return this.#compression !== undefined;
  }

  push(message: Uint8Array, left?: () => void): void {
    const compressed = this.#compression?.compress(message);
    this.#messages.push(compressed ?? message);
    this.#areCompressed.push(compressed !== undefined);
    this.#waiters.push(left);
  }

  end(): void {
    this.#isEnded = true;
  }

  /** Nothing will follow what has been sent. */
  get isEndSent(): boolean {
    return this.#isEndSent;
  }

  /** Something waits that counts against flow control. */
  get hasMessage(): boolean {
    return this.#next < this.#messages.length;
  }

  /** The half-close alone waits: it needs no room. */
  get hasBareEnd(): boolean {
    return !this.hasMessage && this.#isEnded && !this.#isEndSent;
  }

  /** Writes one DATA frame of at most `room` bytes, 1 or more; returns how many of the windows it used. */
  write(writer: FrameWriter, stream: number, room: number): number {
    const message = this.#messages[this.#next];
    if (message === undefined) {
      if (this.hasBareEnd) this.writeEnd(writer, stream);
      return 0;
    }
    if (this.#offset < messagePrefixBytes && (this.#offset > 0 || room < messagePrefixBytes)) {
      return this.#writePrefix(writer, stream, message.length, room);
    }
    const prefixBytes = this.#offset === 0 ? messagePrefixBytes : 0;
    const start = prefixBytes > 0 ? 0 : this.#offset - messagePrefixBytes;
    const end = Math.min(message.length, start + room - prefixBytes);
    const isWhole = end === message.length;
    const isLast = isWhole && this.#isEnded && this.#next === this.#messages.length - 1;
    const flag = this.#areCompressed[this.#next] === true ? 1 : 0;
    writer.data(stream, message, start, end, prefixBytes > 0 ? flag : undefined, isLast);
    this.#offset += prefixBytes + end - start;
    if (isLast) this.#isEndSent = true;
    if (isWhole) this.#left(message.length);
    return prefixBytes + end - start;
  }

  writeEnd(writer: FrameWriter, stream: number): void {
    writer.data(stream, nothing, 0, 0, undefined, true);
    this.#isEndSent = true;
  }

  /** A window of less than five bytes: the prefix itself comes in pieces. */
  #writePrefix(writer: FrameWriter, stream: number, length: number, room: number): number {
    const prefix = Buffer.alloc(messagePrefixBytes);
    prefix.writeUInt8(this.#areCompressed[this.#next] === true ? 1 : 0, 0);
    prefix.writeUInt32BE(length, 1);
    const end = Math.min(messagePrefixBytes, this.#offset + room);
    const used = end - this.#offset;
    writer.data(stream, prefix, this.#offset, end, undefined, false);
    this.#offset = end;
    if (end === messagePrefixBytes && length === 0) this.#left(0);
    return used;
  }

  #left(bytes: number): void {
    const waiter = this.#waiters[this.#next];
    this.#waiters[this.#next] = undefined;
    this.#offset = 0;
    this.#next += 1;
    this.#keptBytes += bytes + messagePrefixBytes;
    if (!this.#isKept || (this.#next > 1 && this.#keptBytes > keptBytesMax)) this.commit();
    waiter?.();
  }

  /** Begins again for another attempt; false when what was sent is no longer there. */
  rewind(): boolean {
    if (!this.#isKept) return false;
    this.#next = 0;
    this.#offset = 0;
    this.#keptBytes = 0;
    this.#isEndSent = false;
    return true;
  }

  /** No other attempt will be made: lets go of what has been sent. */
  commit(): void {
    this.#isKept = false;
    this.#messages.splice(0, this.#next);
    this.#areCompressed.splice(0, this.#next);
    this.#waiters.splice(0, this.#next);
    this.#next = 0;
  }

  /** The call has ended: nothing leaves any more, and nobody waits for it. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const waiters = this.#waiters;
    this.#messages = [];
    this.#waiters = [];
    this.#next = 0;
    for (const waiter of waiters) waiter?.();
  }
}
