import type { Cursor } from './cursor.js';
import { MalformedBinaryError } from './records.js';

// Typed arrays are read through `as number` here: the cursor's padding keeps every index inside.
//
// What reads at a place `at` and has a value to return leaves the place behind it in `s.i`.

/** For emitted code, which knows no imports. */
export function throwTruncated(): never {
  throw new MalformedBinaryError('a value goes beyond the end');
}

/** Refuses a message whose last record does not end where it does. */
export function checkEnd(i: number, end: number): void {
  if (i !== end) throwTruncated();
}

/** Reads a tag: field number and wire type. */
export function readTag(s: Cursor, at: number): number {
  const first = s.b[at] as number;
  if (first < 128) {
    s.i = at + 1;
    return first;
  }
  readVarint64(s, at);
  if (s.hi !== 0) throw new MalformedBinaryError('a field number is too large');
  return s.lo >>> 0;
}

/** Reads a varint, of which the low 32 bits count. */
export function readVarint32(s: Cursor, at: number): number {
  const b = s.b;
  let i = at;
  let c = b[i++] as number;
  let x = c & 127;
  if (c > 127) {
    c = b[i++] as number;
    x |= (c & 127) << 7;
    if (c > 127) {
      c = b[i++] as number;
      x |= (c & 127) << 14;
      if (c > 127) {
        c = b[i++] as number;
        x |= (c & 127) << 21;
        if (c > 127) {
          c = b[i++] as number;
          x |= (c & 15) << 28;
          if (c > 127) i = endOfVarint(b, i, 5);
        }
      }
    }
  }
  s.i = i;
  return x;
}

/** Place behind a varint of which at most `most` bytes are left. */
function endOfVarint(b: Uint8Array, at: number, most: number): number {
  for (let i = at; i < at + most; i++) if ((b[i] as number) < 128) return i + 1;
  throw new MalformedBinaryError('a varint is longer than ten bytes');
}

/** Reads a varint into `s.lo` and `s.hi`, both as int32. */
export function readVarint64(s: Cursor, at: number): void {
  const first = s.bv.getInt32(at, true);
  const firstEnd = endOf(first);
  if (firstEnd !== 0) {
    s.lo = septets(first & upTo(firstEnd));
    s.hi = 0;
    s.i = at + bytesTo(firstEnd);
    return;
  }
  const second = s.bv.getInt32(at + 4, true);
  const secondEnd = endOf(second);
  const middle = septets(secondEnd === 0 ? second : second & upTo(secondEnd));
  s.lo = septets(first) | (middle << 28);
  s.hi = middle >>> 4;
  if (secondEnd !== 0) {
    s.i = at + 4 + bytesTo(secondEnd);
    return;
  }
  const ninth = s.b[at + 8] as number;
  const tenth = ninth < 128 ? 0 : (s.b[at + 9] as number);
  if (tenth > 127) throw new MalformedBinaryError('a varint is longer than ten bytes');
  s.hi |= ((ninth & 127) << 24) | (tenth << 31);
  s.i = at + (ninth < 128 ? 9 : 10);
}

/** The top bit of the first of four bytes that continues no varint; 0 when all do. */
function endOf(word: number): number {
  const ends = ~word & 0x80808080;
  return ends & -ends;
}

/** All bits up to the end of a varint. */
function upTo(end: number): number {
  return (end << 1) - 1;
}

/** Bytes up to the end of a varint. */
function bytesTo(end: number): number {
  return (32 - Math.clz32(end)) >> 3;
}

/** The lower seven bits of each of four bytes, side by side. */
function septets(word: number): number {
  return (word & 0x7f) | ((word >>> 1) & 0x3f80) | ((word >>> 2) & 0x1fc000) | ((word >>> 3) & 0xfe00000);
}

/** Reads the length of what ends at `end` or before. */
export function readLength(s: Cursor, at: number, end: number): number {
  readVarint64(s, at);
  const length = s.lo >>> 0;
  if (s.hi !== 0 || s.i + length > end) throwTruncated();
  return length;
}

/** Place behind the value of a record whose tag was read. */
export function skipRecord(s: Cursor, tag: number, at: number, end: number): number {
  if (tag < 8) throw new MalformedBinaryError('field number 0');
  const after = behind(s, tag, at, end);
  if (after > end) throwTruncated();
  return after;
}

function behind(s: Cursor, tag: number, at: number, end: number): number {
  switch (tag & 7) {
    case 0:
      readVarint64(s, at);
      return s.i;
    case 1:
      return at + 8;
    case 2:
      return readLength(s, at, end) + s.i;
    case 3:
      return skipGroup(s, tag, at, end).after;
    case 5:
      return at + 4;
    default:
      throw new MalformedBinaryError(`wire type ${tag & 7}`);
  }
}

/** Where the content of a group ends, and what follows its end tag; the start tag was read. */
export function skipGroup(s: Cursor, tag: number, at: number, end: number): { stop: number; after: number } {
  const open = [tag];
  let i = at;
  for (;;) {
    if (i >= end) throwTruncated();
    const stop = i;
    const inner = readTag(s, i);
    i = s.i;
    if ((inner & 7) === 3) {
      if (inner < 8) throw new MalformedBinaryError('field number 0');
      open.push(inner);
    } else if ((inner & 7) === 4) {
      if (open.pop() !== inner - 1) throw new MalformedBinaryError('an end group tag of another group');
      if (open.length === 0) {
        if (i > end) throwTruncated();
        return { stop, after: i };
      }
    } else i = skipRecord(s, inner, i, end);
  }
}

/** ZigZag of `s.lo` and `s.hi`, in place. */
export function unzigzag64(s: Cursor): void {
  const sign = -(s.lo & 1);
  const lo = ((s.lo >>> 1) | (s.hi << 31)) ^ sign;
  s.hi = (s.hi >>> 1) ^ sign;
  s.lo = lo;
}
