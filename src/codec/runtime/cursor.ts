/**
 * Where a compiled codec stands: the bytes it reads, the bytes it writes, and a few registers. One
 * exists per factory; every call copies its input in and its output out, so that the functions see
 * the same two arrays for ever, with space behind the input that ends every scan.
 */
export class Cursor {
  /** Input. Behind its end stand at least `padding` zeros: no digit, no quote, no continued varint. */
  b = Buffer.alloc(inputKept + padding);
  /** The same bytes, for loads of 4 and 8. */
  bv = viewOf(this.b);
  /** Place of the next byte to read. */
  i = 0;
  /** End of the input. */
  end = 0;
  /** Output. */
  o = Buffer.allocUnsafeSlow(outputKept);
  ov = viewOf(this.o);
  /** Place of the next byte to write. */
  q = 0;
  /** Low and high half of the last 64-bit integer. */
  lo = 0;
  hi = 0;
  /** Start of the last key in the input. */
  k = 0;
  /** JSON arrays and objects open at the moment. */
  level = 0;
  /** 128 or more as soon as a byte beyond ASCII was copied. */
  seen = 0;
  /** Whether keys were brought to one spelling (canonicalKeys), so that a backslash in one is no surprise. */
  canonical = false;
  /** Starts and ends of the keys of the maps that are open, innermost last; `keyCount` of them count. */
  readonly keys: number[] = [];
  keyCount = 0;
  /** Keys of the wide maps that are open, by where in `keys` they began. */
  readonly keySets = new Map<number, Set<string>>();
  /** Most messages, and most JSON values, inside each other. */
  readonly depthMax: number;

  constructor(depthMax: number) {
    this.depthMax = depthMax;
  }

  /** Begins with a new input; `room` is what the output may need at most, 0 when it grows by reserve(). */
  load(input: Uint8Array, room: number): void {
    const length = input.length;
    if (length + padding > this.b.length) {
      this.b = Buffer.allocUnsafeSlow(length + padding);
      this.bv = viewOf(this.b);
    }
    this.b.set(input, 0);
    this.b.fill(0, length, length + padding);
    if (room > this.o.length) {
      this.o = Buffer.allocUnsafeSlow(room);
      this.ov = viewOf(this.o);
    }
    this.i = 0;
    this.end = length;
    this.q = 0;
    this.level = 0;
    this.seen = 0;
    this.canonical = false;
    this.keyCount = 0;
    this.keySets.clear();
  }

  /** A copy of the output. Arrays that a huge message needed are given back. */
  take(): Uint8Array {
    const output = Buffer.allocUnsafe(this.q);
    if (this.q < shortCopy) {
      const { o, q } = this;
      for (let i = 0; i < q; i++) output[i] = o[i] as number;
    } else {
      output.set(this.o.subarray(0, this.q));
    }
    this.release();
    return output;
  }

  /** Gives arrays back that are larger than what is worth keeping. */
  release(): void {
    if (this.b.length > inputKept + padding) {
      this.b = Buffer.alloc(inputKept + padding);
      this.bv = viewOf(this.b);
    }
    if (this.o.length > outputKept) {
      this.o = Buffer.allocUnsafeSlow(outputKept);
      this.ov = viewOf(this.o);
    }
  }
}

/** Makes room for `count` more bytes of output, and eight that a store of four may spill. */
export function reserve(s: Cursor, count: number): void {
  if (s.q + count + 8 > s.o.length) grow(s, count + 8);
}

function grow(s: Cursor, count: number): void {
  const larger = Buffer.allocUnsafeSlow(Math.max(s.o.length * 2, s.q + count));
  larger.set(s.o.subarray(0, s.q));
  s.o = larger;
  s.ov = viewOf(larger);
}

/** The input is not what the compiled function takes: one of no consequence, or of no message. */
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
const inputKept = 256 * 1024;
const outputKept = 1024 * 1024;
/** Below this a loop is quicker than the call into the runtime. */
const shortCopy = 48;
