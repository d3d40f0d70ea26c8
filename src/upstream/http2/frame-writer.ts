import type { ErrorCode } from './error-code.js';
import { Flag, FrameType, frameHeaderBytes } from './frame-reader.js';

const bufferBytes = 16_384;
/** Content from this size on is handed to the socket as it is; copying less costs less than one more piece. */
const byReferenceBytesMin = 4_096;

/**
 * Collects frames (RFC 9113 §4.1) until they are taken, so that those of one turn leave in one write.
 *
 * What was taken belongs to the socket until `reuse` says otherwise: new frames go behind it or into
 * another buffer, never over it.
 */
export class FrameWriter {
  #buffer = Buffer.allocUnsafeSlow(bufferBytes);
  #start = 0;
  #end = 0;
  #pieces: Buffer[] = [];
  #piecesBytes = 0;

  /** Collected and not taken. */
  get bytes(): number {
    return this.#piecesBytes + this.#end - this.#start;
  }

  /** Adds bytes that are no frame: the client's preface. */
  raw(content: Buffer): void {
    this.#reserve(content.length);
    this.#end += content.copy(this.#buffer, this.#end);
  }

  settings(pairs: readonly (readonly [id: number, value: number])[]): void {
    this.#header(FrameType.SETTINGS, 0, 0, pairs.length * 6, pairs.length * 6);
    for (const [id, value] of pairs) {
      this.#end = this.#buffer.writeUInt16BE(id, this.#end);
      this.#end = this.#buffer.writeUInt32BE(value, this.#end);
    }
  }

  settingsAck(): void {
    this.#header(FrameType.SETTINGS, Flag.ACK, 0, 0, 0);
  }

  /** `opaque`: eight bytes from `start`. */
  ping(opaque: Buffer, start: number, isAck: boolean): void {
    this.#header(FrameType.PING, isAck ? Flag.ACK : 0, 0, 8, 8);
    this.#end += opaque.copy(this.#buffer, this.#end, start, start + 8);
  }

  reset(stream: number, errorCode: ErrorCode): void {
    this.#header(FrameType.RST_STREAM, 0, stream, 4, 4);
    this.#end = this.#buffer.writeUInt32BE(errorCode, this.#end);
  }

  goAway(errorCode: ErrorCode): void {
    this.#header(FrameType.GOAWAY, 0, 0, 8, 8);
    // The peer opens no streams.
    this.#end = this.#buffer.writeUInt32BE(0, this.#end);
    this.#end = this.#buffer.writeUInt32BE(errorCode, this.#end);
  }

  windowUpdate(stream: number, increment: number): void {
    this.#header(FrameType.WINDOW_UPDATE, 0, stream, 4, 4);
    this.#end = this.#buffer.writeUInt32BE(increment, this.#end);
  }

  /** A header block, in as many frames as `frameBytesMax` makes of it (RFC 9113 §4.3). */
  headers(stream: number, block: Buffer, end: number, frameBytesMax: number): void {
    let type: number = FrameType.HEADERS;
    for (let start = 0; start === 0 || start < end; start += frameBytesMax) {
      const pieceEnd = Math.min(end, start + frameBytesMax);
      this.#header(type, pieceEnd === end ? Flag.END_HEADERS : 0, stream, pieceEnd - start, pieceEnd - start);
      this.#end += block.copy(this.#buffer, this.#end, start, pieceEnd);
      type = FrameType.CONTINUATION;
    }
  }

  /**
   * One DATA frame. With `flag`, 0 or 1, it begins a gRPC message: the five bytes of its compressed flag and of
   * the length of the whole `content` come first (gRPC over HTTP/2, "Length-Prefixed-Message").
   */
  data(
    stream: number,
    content: Uint8Array,
    start: number,
    end: number,
    flag: 0 | 1 | undefined,
    isLast: boolean,
  ) {
    const length = end - start;
    const prefixBytes = flag === undefined ? 0 : 5;
    const isCopied = length < byReferenceBytesMin;
    const reserved = prefixBytes + (isCopied ? length : 0);
    this.#header(FrameType.DATA, isLast ? Flag.END_STREAM : 0, stream, prefixBytes + length, reserved);
    if (flag !== undefined) {
      this.#buffer[this.#end] = flag;
      this.#end = this.#buffer.writeUInt32BE(content.length, this.#end + 1);
    }
    if (isCopied) return this.#copy(content, start, end);
    this.#cut();
    this.#pieces.push(Buffer.from(content.buffer, content.byteOffset + start, length));
    this.#piecesBytes += length;
  }

  /** What has been collected, to be written in this order. */
  take(): readonly Buffer[] {
    this.#cut();
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#piecesBytes = 0;
    return pieces;
  }

  /** To be called when the socket has written everything that was taken: its room is used again. */
  reuse(): void {
    if (this.bytes > 0) return;
    this.#start = 0;
    this.#end = 0;
  }

  /** `reserved`: bytes of the payload that follow in the buffer. */
  #header(type: number, flags: number, stream: number, length: number, reserved: number): void {
    this.#reserve(frameHeaderBytes + reserved);
    const buffer = this.#buffer;
    const at = this.#end;
    buffer[at] = length >>> 16;
    buffer[at + 1] = length >>> 8;
    buffer[at + 2] = length;
    buffer[at + 3] = type;
    buffer[at + 4] = flags;
    buffer[at + 5] = stream >>> 24;
    buffer[at + 6] = stream >>> 16;
    buffer[at + 7] = stream >>> 8;
    buffer[at + 8] = stream;
    this.#end = at + frameHeaderBytes;
  }

  #copy(content: Uint8Array, start: number, end: number): void {
    const buffer = this.#buffer;
    // A call into native code costs more than copying some dozen bytes.
    if (end - start > 64) buffer.set(content.subarray(start, end), this.#end);
    else
      for (let index = start; index < end; index++) buffer[this.#end + index - start] = content[index] ?? 0;
    this.#end += end - start;
  }

  /** Makes what is in the buffer a piece of its own. */
  #cut(): void {
    if (this.#start === this.#end) return;
    this.#pieces.push(this.#buffer.subarray(this.#start, this.#end));
    this.#piecesBytes += this.#end - this.#start;
    this.#start = this.#end;
  }

  #reserve(bytes: number): void {
    if (this.#end + bytes <= this.#buffer.length) return;
    this.#cut();
    this.#buffer = Buffer.allocUnsafeSlow(Math.max(bufferBytes, bytes));
    this.#start = 0;
    this.#end = 0;
  }
}
