import type { Cursor } from './cursor.js';

/** Closes what begins behind the length byte at `at`: writes the length, and moves the content where it is long. */
export function close(s: Cursor, at: number): void {
  const length = s.q - at - 1;
  const o = s.o;
  if (length < 128) {
    o[at] = length;
    return;
  }
  const extra = length < 16384 ? 1 : length < 2097152 ? 2 : length < 268435456 ? 3 : 4;
  o.copyWithin(at + 1 + extra, at + 1, s.q);
  s.q += extra;
  let rest = length;
  let q = at;
  while (rest > 127) {
    o[q++] = (rest & 127) | 128;
    rest >>>= 7;
  }
  o[q] = rest;
}

/** Writes a varint below 2^32. */
export function writeVarint32(s: Cursor, value: number): void {
  const o = s.o;
  let n = value;
  let q = s.q;
  while (n > 127) {
    o[q++] = (n & 127) | 128;
    n >>>= 7;
  }
  o[q++] = n;
  s.q = q;
}

/** Writes an int32: ten bytes if it is negative. */
export function writeInt32(s: Cursor, value: number): void {
  if (value >= 0) {
    writeVarint32(s, value);
    return;
  }
  s.lo = value;
  s.hi = -1;
  writeVarint64(s);
}

/** Writes `s.lo` and `s.hi` as a varint. */
export function writeVarint64(s: Cursor): void {
  const o = s.o;
  let q = s.q;
  let { lo, hi } = s;
  while (hi !== 0 || lo >>> 0 > 127) {
    o[q++] = (lo & 127) | 128;
    lo = (lo >>> 7) | (hi << 25);
    hi >>>= 7;
  }
  o[q++] = lo;
  s.q = q;
}

/** ZigZag of `s.lo` and `s.hi`, in place. */
export function zigzag64(s: Cursor): void {
  const sign = s.hi >> 31;
  const { lo, hi } = s;
  s.hi = ((hi << 1) | (lo >>> 31)) ^ sign;
  s.lo = (lo << 1) ^ sign;
}

/** Writes four bytes. */
export function writeFixed32(s: Cursor, value: number): void {
  s.ov.setInt32(s.q, value, true);
  s.q += 4;
}

/** Writes `s.lo` and `s.hi` as eight bytes. */
export function writeFixed64(s: Cursor): void {
  s.ov.setInt32(s.q, s.lo, true);
  s.ov.setInt32(s.q + 4, s.hi, true);
  s.q += 8;
}

export function writeDouble(s: Cursor, value: number): void {
  s.ov.setFloat64(s.q, value, true);
  s.q += 8;
}

export function writeFloat(s: Cursor, value: number): void {
  s.ov.setFloat32(s.q, value, true);
  s.q += 4;
}
