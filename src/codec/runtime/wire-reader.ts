import type { Cursor } from './cursor.js';
import { MalformedBinaryError } from './records.js';

// Typed arrays are read through `as number` here: the cursor's padding keeps every index inside.

export function truncated(): MalformedBinaryError {
  return new MalformedBinaryError('a value goes beyond the end');
}

/** Reads a tag: field number and wire type. */
export function readTag(s: Cursor): number {
  const first = s.b[s.i] as number;
  if (first < 128) {
    s.i++;
    return first;
  }
  readVarint64(s);
  if (s.hi !== 0) throw new MalformedBinaryError('a field number is too large');
  return s.lo >>> 0;
}

/** Reads a varint, of which the low 32 bits count. */
export function readVarint32(s: Cursor): number {
  const b = s.b;
  let c = b[s.i++] as number;
  if (c < 128) return c;
  let x = c & 127;
  c = b[s.i++] as number;
  x |= (c & 127) << 7;
  if (c < 128) return x;
  c = b[s.i++] as number;
  x |= (c & 127) << 14;
  if (c < 128) return x;
  c = b[s.i++] as number;
  x |= (c & 127) << 21;
  if (c < 128) return x;
  c = b[s.i++] as number;
  x |= (c & 15) << 28;
  for (let more = 5; c >= 128; more--) {
    if (more === 0) throw new MalformedBinaryError('a varint is longer than ten bytes');
    c = b[s.i++] as number;
  }
  return x;
}

/** Reads a varint into `s.lo` and `s.hi`, both as int32. */
export function readVarint64(s: Cursor): void {
  const b = s.b;
  let lo = 0;
  let c = 0;
  for (let shift = 0; shift < 28; shift += 7) {
    c = b[s.i++] as number;
    lo |= (c & 127) << shift;
    if (c < 128) {
      s.lo = lo;
      s.hi = 0;
      return;
    }
  }
  c = b[s.i++] as number;
  lo |= (c & 15) << 28;
  let hi = (c & 127) >> 4;
  for (let shift = 3; c >= 128; shift += 7) {
    if (shift > 31) throw new MalformedBinaryError('a varint is longer than ten bytes');
    c = b[s.i++] as number;
    hi |= (c & 127) << shift;
  }
  s.lo = lo;
  s.hi = hi;
}

/** Reads a length and returns where what has it ends. */
export function readEnd(s: Cursor, end: number): number {
  let length = s.b[s.i] as number;
  if (length < 128) s.i++;
  else {
    readVarint64(s);
    if (s.hi !== 0) throw truncated();
    length = s.lo >>> 0;
  }
  const stop = s.i + length;
  if (stop > end) throw truncated();
  return stop;
}

/** Skips the value of a record whose tag was read. */
export function skipRecord(s: Cursor, tag: number, end: number): void {
  if (tag < 8) throw new MalformedBinaryError('field number 0');
  switch (tag & 7) {
    case 0:
      readVarint64(s);
      break;
    case 1:
      s.i += 8;
      break;
    case 2:
      s.i = readEnd(s, end);
      break;
    case 3:
      s.i = skipGroup(s, tag, end).after;
      break;
    case 5:
      s.i += 4;
      break;
    default:
      throw new MalformedBinaryError(`wire type ${tag & 7}`);
  }
  if (s.i > end) throw truncated();
}

/** Where the content of a group ends, and what follows its end tag; the start tag was read. Stays where it is. */
export function skipGroup(s: Cursor, tag: number, end: number): { stop: number; after: number } {
  const start = s.i;
  const open = [tag];
  for (;;) {
    if (s.i >= end) throw truncated();
    const stop = s.i;
    const inner = readTag(s);
    if ((inner & 7) === 3) {
      if (inner < 8) throw new MalformedBinaryError('field number 0');
      open.push(inner);
    } else if ((inner & 7) === 4) {
      if (open.pop() !== inner - 1) throw new MalformedBinaryError('an end group tag of another group');
      if (open.length === 0) {
        const after = s.i;
        if (after > end) throw truncated();
        s.i = start;
        return { stop, after };
      }
    } else skipRecord(s, inner, end);
  }
}

/** ZigZag of `s.lo` and `s.hi`, in place. */
export function unzigzag64(s: Cursor): void {
  const sign = -(s.lo & 1);
  const lo = ((s.lo >>> 1) | (s.hi << 31)) ^ sign;
  s.hi = (s.hi >>> 1) ^ sign;
  s.lo = lo;
}

/** Reads eight bytes into `s.lo` and `s.hi`. */
export function readFixed64(s: Cursor): void {
  s.lo = s.bv.getInt32(s.i, true);
  s.hi = s.bv.getInt32(s.i + 4, true);
  s.i += 8;
}

export function readDouble(s: Cursor): number {
  const value = s.bv.getFloat64(s.i, true);
  s.i += 8;
  return value;
}

export function readFloat(s: Cursor): number {
  const value = s.bv.getFloat32(s.i, true);
  s.i += 4;
  return value;
}

/** Whether the length at `s.i` is 0, however long it is written. */
export function isEmpty(s: Cursor): boolean {
  const first = s.b[s.i] as number;
  if (first !== 128) return first === 0;
  const at = s.i;
  const length = readVarint32(s);
  s.i = at;
  return length === 0;
}
