import { ConnectionError, ErrorCode } from './error-code.js';

/** RFC 9113 §6. */
export const FrameType = {
  DATA: 0,
  HEADERS: 1,
  PRIORITY: 2,
  RST_STREAM: 3,
  SETTINGS: 4,
  PUSH_PROMISE: 5,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
} as const;

/** RFC 9113 §6; ACK has the bit of END_STREAM on frames that have no such flag. */
export const Flag = { END_STREAM: 1, ACK: 1, END_HEADERS: 4, PADDED: 8, PRIORITY: 0x20 } as const;

export const frameHeaderBytes = 9;
/** The largest frame we take: what every peer may send without asking, and we never allow more (RFC 9113 §4.2). */
export const frameBytesMax = 16_384;
/** A block in more pieces than this is not in need of them: 16 KiB fit into each. */
const continuationsMax = 64;

/**
 * What a frame reader finds, each frame checked for its size, its padding and for whether it may be on
 * stream 0. `bytes` are a view that is overwritten later: whatever is kept must be copied.
 */
export interface FrameHandler {
  /** `frameBytes` count against flow control, padding included (RFC 9113 §6.1). */
  data(stream: number, bytes: Buffer, start: number, end: number, frameBytes: number, isLast: boolean): void;
  /** One whole header block, put together from CONTINUATION frames. */
  headers(stream: number, block: Buffer, start: number, end: number, isLast: boolean): void;
  reset(stream: number, errorCode: number): void;
  /** Pairs of 16-bit identifier and 32-bit value. */
  settings(bytes: Buffer, start: number, end: number): void;
  settingsAck(): void;
  /** Eight opaque bytes from `start`. */
  ping(bytes: Buffer, start: number, isAck: boolean): void;
  goAway(lastStream: number, errorCode: number, debugData: Buffer): void;
  windowUpdate(stream: number, increment: number): void;
  /** The peer broke a rule that ends one stream only (RFC 9113 §5.4.2). */
  streamError(stream: number, errorCode: ErrorCode): void;
  /** A frame that means nothing to us: PRIORITY, or of an unknown type. */
  ignored(): void;
}

/**
 * Cuts the bytes of a connection into frames (RFC 9113 §4, §6). Never holds more than one frame and one
 * header block.
 */
export class FrameReader {
  readonly #handler: FrameHandler;
  readonly #blockBytesMax: number;
  /** A frame whose end has not come yet. */
  readonly #carry = Buffer.allocUnsafeSlow(frameHeaderBytes + frameBytesMax);
  #carried = 0;
  #isStarted = false;
  #isStopped = false;
  /** The header block whose CONTINUATION must come next. */
  #block: { stream: number; isLast: boolean; bytes: Buffer; length: number; pieces: number } | undefined;

  /** `blockBytesMax`: bytes of one header block as it is on the wire. */
  constructor(handler: FrameHandler, blockBytesMax: number) {
    this.#handler = handler;
    this.#blockBytesMax = blockBytesMax;
  }

  /**
   * Reads what came from the socket: `chunk` up to `end`. Throws ConnectionError for what ends the
   * connection, also one thrown by the handler; nothing may be pushed after that.
   */
  push(chunk: Buffer, end: number): void {
    let position = 0;
    while (position < end && !this.#isStopped) {
      if (this.#carried === 0 && end - position >= frameHeaderBytes) {
        const frameEnd = position + frameHeaderBytes + lengthAt(chunk, position);
        if (frameEnd <= end) {
          this.#frame(chunk, position, frameEnd);
          position = frameEnd;
          continue;
        }
      }
      const isHeaderWhole = this.#carried >= frameHeaderBytes;
      const wanted = frameHeaderBytes + (isHeaderWhole ? lengthAt(this.#carry, 0) : 0);
      const pieceEnd = Math.min(end, position + wanted - this.#carried);
      chunk.copy(this.#carry, this.#carried, position, pieceEnd);
      this.#carried += pieceEnd - position;
      position = pieceEnd;
      if (this.#carried >= frameHeaderBytes) {
        const frameEnd = frameHeaderBytes + lengthAt(this.#carry, 0);
        if (this.#carried < frameEnd) continue;
        this.#carried = 0;
        this.#frame(this.#carry, 0, frameEnd);
      }
    }
  }

  /** Reads nothing more, not even what is left of the chunk at hand. */
  stop(): void {
    this.#isStopped = true;
  }

  #frame(bytes: Buffer, at: number, end: number) {
    const type = bytes[at + 3];
    const flags = bytes[at + 4] ?? 0;
    const stream = bytes.readUInt32BE(at + 5) & 0x7fff_ffff;
    const start = at + frameHeaderBytes;
    if (!this.#isStarted) {
      // The server's preface is a SETTINGS frame (RFC 9113 §3.4).
      if (type !== FrameType.SETTINGS || (flags & Flag.ACK) !== 0) throw violation('no SETTINGS first');
      this.#isStarted = true;
    }
    if (this.#block !== undefined) {
      if (type !== FrameType.CONTINUATION || stream !== this.#block.stream) {
        throw violation('a header block was interrupted');
      }
      this.#append(bytes, start, end, (flags & Flag.END_HEADERS) !== 0);
      return;
    }
    switch (type) {
      case FrameType.DATA:
        return this.#data(bytes, start, end, stream, flags);
      case FrameType.HEADERS:
        return this.#headers(bytes, start, end, stream, flags);
      case FrameType.PRIORITY:
        requireStream(stream);
        if (end - start !== 5) return this.#handler.streamError(stream, ErrorCode.FRAME_SIZE_ERROR);
        return this.#handler.ignored();
      case FrameType.RST_STREAM:
        requireStream(stream);
        requireSize(end - start === 4);
        return this.#handler.reset(stream, bytes.readUInt32BE(start));
      case FrameType.SETTINGS:
        return this.#settings(bytes, start, end, stream, flags);
      case FrameType.PUSH_PROMISE:
        throw violation('PUSH_PROMISE in spite of ENABLE_PUSH 0');
      case FrameType.PING:
        requireConnection(stream);
        requireSize(end - start === 8);
        return this.#handler.ping(bytes, start, (flags & Flag.ACK) !== 0);
      case FrameType.GOAWAY:
        requireConnection(stream);
        requireSize(end - start >= 8);
        return this.#handler.goAway(
          bytes.readUInt32BE(start) & 0x7fff_ffff,
          bytes.readUInt32BE(start + 4),
          bytes.subarray(start + 8, end),
        );
      case FrameType.WINDOW_UPDATE:
        return this.#windowUpdate(bytes, start, end, stream);
      case FrameType.CONTINUATION:
        throw violation('CONTINUATION without HEADERS');
      default:
        return this.#handler.ignored();
    }
  }

  #data(bytes: Buffer, start: number, end: number, stream: number, flags: number): void {
    requireStream(stream);
    let [from, to] = [start, end];
    if ((flags & Flag.PADDED) !== 0) [from, to] = unpadded(bytes, start, end);
    this.#handler.data(stream, bytes, from, to, end - start, (flags & Flag.END_STREAM) !== 0);
  }

  #headers(bytes: Buffer, start: number, end: number, stream: number, flags: number) {
    requireStream(stream);
    let [from, to] = [start, end];
    if ((flags & Flag.PADDED) !== 0) [from, to] = unpadded(bytes, start, end);
    if ((flags & Flag.PRIORITY) !== 0) {
      from += 5;
      requireSize(from <= to);
    }
    const isLast = (flags & Flag.END_STREAM) !== 0;
    if ((flags & Flag.END_HEADERS) !== 0) return this.#handler.headers(stream, bytes, from, to, isLast);
    this.#block = { stream, isLast, bytes: Buffer.allocUnsafe(this.#blockBytesMax), length: 0, pieces: 0 };
    this.#append(bytes, from, to, false);
  }

  /** Adds a piece to the header block; what would not end (RFC 9113 §10.5.1) ends here. */
  #append(bytes: Buffer, start: number, end: number, isWhole: boolean): void {
    const block = this.#block;
    if (block === undefined) return;
    block.pieces += 1;
    if (block.length + end - start > this.#blockBytesMax || block.pieces > continuationsMax) {
      throw new ConnectionError(ErrorCode.ENHANCE_YOUR_CALM, 'header block too large');
    }
    block.length += bytes.copy(block.bytes, block.length, start, end);
    if (!isWhole) return;
    this.#block = undefined;
    this.#handler.headers(block.stream, block.bytes, 0, block.length, block.isLast);
  }

  #settings(bytes: Buffer, start: number, end: number, stream: number, flags: number) {
    requireConnection(stream);
    if ((flags & Flag.ACK) !== 0) {
      requireSize(start === end);
      return this.#handler.settingsAck();
    }
    requireSize((end - start) % 6 === 0);
    this.#handler.settings(bytes, start, end);
  }

  #windowUpdate(bytes: Buffer, start: number, end: number, stream: number) {
    requireSize(end - start === 4);
    const increment = bytes.readUInt32BE(start) & 0x7fff_ffff;
    if (increment > 0) return this.#handler.windowUpdate(stream, increment);
    if (stream === 0) throw violation('WINDOW_UPDATE of 0');
    this.#handler.streamError(stream, ErrorCode.PROTOCOL_ERROR);
  }
}

/** The payload's length; throws FRAME_SIZE_ERROR before any of an oversized frame is taken in. */
function lengthAt(bytes: Buffer, at: number): number {
  const length = bytes.readUIntBE(at, 3);
  if (length > frameBytesMax) throw new ConnectionError(ErrorCode.FRAME_SIZE_ERROR, 'frame too large');
  return length;
}

/** What is between pad length and padding (RFC 9113 §6.1). */
function unpadded(bytes: Buffer, start: number, end: number): [start: number, end: number] {
  requireSize(start < end);
  const to = end - (bytes[start] ?? 0);
  if (to < start + 1) throw violation('more padding than frame');
  return [start + 1, to];
}

function requireStream(stream: number): void {
  if (stream === 0) throw violation('frame of a stream on stream 0');
}

function requireConnection(stream: number): void {
  if (stream !== 0) throw violation('frame of the connection on a stream');
}

function requireSize(isRight: boolean): void {
  if (!isRight) throw new ConnectionError(ErrorCode.FRAME_SIZE_ERROR, 'frame of a wrong size');
}

function violation(what: string): ConnectionError {
  return new ConnectionError(ErrorCode.PROTOCOL_ERROR, what);
}
