import type { FrameWriter } from './frame-writer.js';
import { messagePrefixBytes } from './grpc-message.js';
import type { RequestCompression } from './request-compression.js';

/** A call whose messages are no larger than this together can be sent a second time, as long as nothing was answered. */
const keptBytesMax = 64 * 1024;

const nothing = new Uint8Array();

/** One message, in a list by `next`: most calls have one, and an array would cost more than all the rest. */
interface Outgoing {
  readonly content: Uint8Array;
  readonly isCompressed: boolean;
  /** Called once, when it has left or never will. */
  left: (() => void) | undefined;
  next: Outgoing | undefined;
}

/**
 * The messages of one call on their way out, and its half-close. What has been sent is kept for a second
 * attempt until `commit`, within bounds; the first message is kept whatever its size.
 */
export class Outbox {
  readonly #compression: RequestCompression | undefined;
  /** The first message that is kept, the one being sent, the newest of those that wait. */
  #first: Outgoing | undefined;
  #current: Outgoing | undefined;
  #last: Outgoing | undefined;
  /** How much of the current message and its prefix has been sent. */
  #offset = 0;
  #isEnded = false;
  #isEndSent = false;
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
    const outgoing: Outgoing = {
      content: compressed ?? message,
      isCompressed: compressed !== undefined,
      left,
      next: undefined,
    };
    if (this.#last === undefined) this.#first = outgoing;
    else this.#last.next = outgoing;
    this.#last = outgoing;
    this.#current ??= outgoing;
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
    return this.#current !== undefined;
  }

  /** The half-close alone waits: it needs no room. */
  get hasBareEnd(): boolean {
    return this.#current === undefined && this.#isEnded && !this.#isEndSent;
  }

  /** Writes one DATA frame of at most `room` bytes, 1 or more; returns how many of the windows it used. */
  write(writer: FrameWriter, stream: number, room: number): number {
    const current = this.#current;
    if (current === undefined) return 0;
    if (this.#offset < messagePrefixBytes && (this.#offset > 0 || room < messagePrefixBytes)) {
      return this.#writePrefix(writer, stream, current, room);
    }
    const { content } = current;
    const isBeginning = this.#offset === 0;
    const prefixBytes = isBeginning ? messagePrefixBytes : 0;
    const start = isBeginning ? 0 : this.#offset - messagePrefixBytes;
    const end = Math.min(content.length, start + room - prefixBytes);
    const isWhole = end === content.length;
    const isLast = isWhole && this.#isEnded && current.next === undefined;
    const flag = current.isCompressed ? 1 : 0;
    writer.data(stream, content, start, end, isBeginning ? flag : undefined, isLast);
    this.#offset += prefixBytes + end - start;
    if (isLast) this.#isEndSent = true;
    if (isWhole) this.#leave(current);
    return prefixBytes + end - start;
  }

  writeEnd(writer: FrameWriter, stream: number): void {
    writer.data(stream, nothing, 0, 0, undefined, true);
    this.#isEndSent = true;
  }

  /** A window of less than five bytes: the prefix itself comes in pieces. */
  #writePrefix(writer: FrameWriter, stream: number, current: Outgoing, room: number): number {
    const { length } = current.content;
    const prefix = Buffer.alloc(messagePrefixBytes);
    prefix.writeUInt8(current.isCompressed ? 1 : 0, 0);
    prefix.writeUInt32BE(length, 1);
    const end = Math.min(messagePrefixBytes, this.#offset + room);
    const used = end - this.#offset;
    writer.data(stream, prefix, this.#offset, end, undefined, false);
    this.#offset = end;
    if (end === messagePrefixBytes && length === 0) this.#leave(current);
    return used;
  }

  #leave(current: Outgoing): void {
    this.#offset = 0;
    this.#current = current.next;
    this.#keptBytes += current.content.length + messagePrefixBytes;
    const isTooMuch = current !== this.#first && this.#keptBytes > keptBytesMax;
    if (!this.#isKept || isTooMuch) this.commit();
    const { left } = current;
    current.left = undefined;
    left?.();
  }

  /** Begins again for another attempt; false when what was sent is no longer there. */
  rewind(): boolean {
    if (!this.#isKept) return false;
    this.#current = this.#first;
    this.#offset = 0;
    this.#keptBytes = 0;
    this.#isEndSent = false;
    return true;
  }

  /** No other attempt will be made: lets go of what has been sent. */
  commit(): void {
    this.#isKept = false;
    this.#first = this.#current;
    if (this.#current === undefined) this.#last = undefined;
  }

  /** The call has ended: nothing leaves any more, and nobody waits for it. */
  close(): void {
    let outgoing = this.#current;
    this.#first = undefined;
    this.#current = undefined;
    this.#last = undefined;
    for (; outgoing !== undefined; outgoing = outgoing.next) outgoing.left?.();
  }
}
