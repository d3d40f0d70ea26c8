import type { KeyTable } from './key-table.js';

/**
 * Where a compiled codec stands: the bytes it reads, the bytes it writes, and a few registers. One
 * exists per factory; every call copies its input in, so that the functions see the same array for
 * ever, with space behind the input that ends every scan.
 */
export class Cursor {
  /** Input, a copy. Behind its end stand at least `padding` zeros: no digit, no quote, no continued varint. */
  b = newInput(inputKept + padding);
  /** The same bytes, for loads of 4 and 8. */
  bv = viewOf(this.b);
  /** Place of the next byte to read; printers have theirs in a variable, and here what a call leaves them. */
  i = 0;
  /** End of the input. */
  end = 0;
  /** Output: the slab, or the scratch where that is too small. */
  o = Buffer.allocUnsafeSlow(slabSize);
  ov = viewOf(this.o);
  /** Where the output must end. */
  room = slabSize - spill;
  /** Where the output begins. */
  start = 0;
  /** Place of the next byte to write; of printers, at the beginning and end of all. */
  q = 0;
  /** Low and high half of the last 64-bit integer. */
  lo = 0;
  hi = 0;
  /** Start of the last key in the input. */
  k = 0;
  /** JSON arrays and objects open at the moment. */
  level = 0;
  /** All bytes that were copied, by `|`, in all four bytes of it: see sawBeyondAscii(). */
  seen = 0;
  /** The last day that a Timestamp was in, since the next may well be in the same. */
  readonly date = { days: Number.NaN, yearText: 0, monthText: 0, dayText: 0 };
  /** Whether keys were brought to one spelling (canonicalKeys), so that a backslash in one is no surprise. */
  canonical = false;
  /** Starts and ends of the keys of the maps that are open, innermost last; `keyCount` of them count. */
  readonly keys: number[] = [];
  keyCount = 0;
  /** Tables of the wide maps that are open, by where in `keys` they began. */
  readonly keyTables = new Map<number, KeyTable>();
  /** Most messages, and most JSON values, inside each other. */
  readonly depthMax: number;
  /** Short outputs are views of a slab, and follow each other in it. */
  #slab = this.o;
  #slabView = this.ov;
  /** Its memory, since to ask a typed array for that costs more than to make one. */
  #slabMemory = this.o.buffer;
  #slabUsed = 0;
  /** Long outputs are written here, and copied. */
  #scratch = Buffer.allocUnsafeSlow(0);
  #scratchView = viewOf(this.#scratch);

  constructor(depthMax: number) {
    this.depthMax = depthMax;
  }

  /**
   * Begins with a new input. `room` is what the output may need: at most, where nobody calls
   * reserve(); more or less, where everybody does.
   */
  load(input: Uint8Array, room: number): void {
    const length = input.length;
    if (length + padding > this.b.length) {
      this.b = newInput(length + padding);
      this.bv = viewOf(this.b);
    }
    this.b.set(input, 0);
    // Eight stores are a tenth of what fill() costs.
    for (let at = length; at < length + padding; at += 4) this.bv.setInt32(at, 0, true);
    if (room <= slabRoom) this.#useSlab(room + spill);
    else this.#useScratch(room);
    this.q = this.start;
    this.i = 0;
    this.end = length;
    this.level = 0;
    this.seen = 0;
    this.canonical = false;
    this.keyCount = 0;
    if (this.keyTables.size > 0) this.keyTables.clear();
  }

  #useSlab(room: number): void {
    if (this.#slabUsed + room > slabSize) {
      this.#slab = Buffer.allocUnsafeSlow(slabSize);
      this.#slabView = viewOf(this.#slab);
      this.#slabMemory = this.#slab.buffer;
      this.#slabUsed = 0;
    }
    this.o = this.#slab;
    this.ov = this.#slabView;
    this.room = slabSize - spill;
    this.start = this.#slabUsed;
  }

  #useScratch(room: number): void {
    if (this.#scratch.length < room) this.#renewScratch(Math.max(room, scratchLeast));
    this.o = this.#scratch;
    this.ov = this.#scratchView;
    this.room = this.#scratch.length - spill;
    this.start = 0;
  }

  #renewScratch(size: number): void {
    this.#scratch = Buffer.allocUnsafeSlow(size);
    this.#scratchView = viewOf(this.#scratch);
  }

  /** Makes the output at least `count` longer than up to `q`; what is written stays in its place. */
  grow(q: number, count: number): void {
    const { o, start } = this;
    const needed = q + count;
    if (this.#scratch.length < needed || o === this.#scratch)
      this.#renewScratch(Math.max(needed, scratchLeast, o.length * 2));
    this.#scratch.set(o.subarray(start, q), start);
    this.o = this.#scratch;
    this.ov = this.#scratchView;
    this.room = this.#scratch.length - spill;
  }

  /** The output. What a huge message needed is given back. */
  take(): Uint8Array {
    const { o, start, q } = this;
    if (o === this.#slab) {
      this.#slabUsed = q;
      return new Uint8Array(this.#slabMemory, start, q - start);
    }
    const output = Buffer.allocUnsafe(q - start);
    o.copy(output, 0, start, q);
    this.release();
    return output;
  }

  /** Gives arrays back that are larger than what is worth keeping. */
  release(): void {
    if (this.b.length > inputKept + padding) {
      this.b = newInput(inputKept + padding);
      this.bv = viewOf(this.b);
    }
    if (this.#scratch.length > scratchKept) {
      this.#renewScratch(0);
      this.#useSlab(0);
    }
  }
}

/** A buffer with its method that makes strings of ASCII, which the types of Node leave out. */
export type InputBuffer = Buffer & { latin1Slice(start: number, end: number): string };

function newInput(size: number): InputBuffer {
  return Buffer.alloc(size) as InputBuffer;
}

/** Makes room for `count` bytes of output from `q` on, and a few that wide stores may spill. */
export function reserve(s: Cursor, q: number, count: number): void {
  if (q + count > s.room) s.grow(q, count + spill);
}

/** Prints ASCII; makes room for it. */
export function append(s: Cursor, text: string, at: number): number {
  reserve(s, at, text.length);
  const o = s.o;
  for (let n = 0; n < text.length; n++) o[at + n] = text.charCodeAt(n);
  return at + text.length;
}

/** The top bit of each of four bytes. */
const topBits = 0x80808080 | 0;

/** Whether four bytes stand in a JSON string as they are: no control character, no quote, no backslash. */
export function isPlain(word: number): boolean {
  return (oddBits(word) & topBits) === 0;
}

/** isPlain of four words. */
export function arePlain(a: number, b: number, c: number, d: number): boolean {
  return ((oddBits(a) | oddBits(b) | oddBits(c) | oddBits(d)) & topBits) === 0;
}

/**
 * Has a top bit where a byte below 128 is none of the plain ones. With bit 1 turned over a quote is
 * the only one besides control characters below 0x21. A byte borrows from the next only where it is
 * such a byte itself, so that the answer for the whole word is exact.
 */
function oddBits(word: number): number {
  return (((word ^ 0x02020202) - 0x21212121) | ((word ^ 0x5c5c5c5c) - 0x01010101)) & ~word;
}

/** How many bytes of a word that is not plain are plain before the first that is not. */
export function plainBytes(word: number): number {
  const odd = oddBits(word) & topBits;
  return (31 - Math.clz32(odd & -odd)) >> 3;
}

/** Whether a byte beyond ASCII was copied since load(). */
export function sawBeyondAscii(s: Cursor): boolean {
  return (s.seen & topBits) !== 0;
}

/** The compiled function does not take the input as it is; which of the three below says why. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

/**
 * Thrown for any JSON that is not a message. One instance without a stack: a flood of bad bodies
 * must not pay for stack traces, and what is wrong is found by a second, slower reading.
 */
export const refused: RefusedError = stackless('the JSON is not a message of this type');

/** Thrown where a key is spelt with escapes: the body is read again after canonicalKeys(). */
export const escapedKey: RefusedError = stackless('a key has escapes');

/** Thrown where fields are out of order, repeated or split: the message is read again after normalize(). */
export const disorder: RefusedError = stackless('fields are out of order');

function stackless(message: string): RefusedError {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return new RefusedError(message);
  } finally {
    Error.stackTraceLimit = limit;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const padding = 32;
/** What stores of eight may write behind what was reserved. */
export const spill = 8;
/** Of a mebibyte of JSON and what it is made of: arrays of this size are dear to have and dearer to be rid of. */
const inputKept = 1024 * 1024;
/** Outputs of ten kilobytes and less share an allocation, which costs as much as printing one of them. */
const slabSize = 64 * 1024;
/** What an output may need that is written there; larger ones are copied. */
const slabRoom = 32 * 1024;
const scratchLeast = 64 * 1024;
const scratchKept = 2.5 * 1024 * 1024;
