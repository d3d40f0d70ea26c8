import { append, type Cursor, reserve } from './cursor.js';

// Typed arrays are read through `as number` here: every index is inside.

/** Prints an integer of up to 53 bits. */
export function printInteger(s: Cursor, value: number): void {
  reserve(s, 20);
  const o = s.o;
  let n = value;
  let q = s.q;
  if (n < 0) {
    o[q++] = 45;
    n = -n;
  }
  if (n < 10) {
    o[q] = 48 + n;
    s.q = q + 1;
    return;
  }
  if (n > 0x7fffffff) {
    const text = String(n);
    for (let at = 0; at < text.length; at++) o[q++] = text.charCodeAt(at);
    s.q = q;
    return;
  }
  let rest = n | 0;
  let at = q + digitsOf(rest);
  s.q = at;
  const ov = s.ov;
  while (rest > 99) {
    const hundredth = (rest / 100) | 0;
    at -= 2;
    ov.setUint16(at, pairs[rest - hundredth * 100] as number, true);
    rest = hundredth;
  }
  if (rest > 9) ov.setUint16(at - 2, pairs[rest] as number, true);
  else o[at - 1] = 48 + rest;
}

function digitsOf(n: number): number {
  if (n < 1e5) return n < 100 ? 2 : n < 1e3 ? 3 : n < 1e4 ? 4 : 5;
  return n < 1e6 ? 6 : n < 1e7 ? 7 : n < 1e8 ? 8 : n < 1e9 ? 9 : 10;
}

/** Prints `s.lo` and `s.hi` as a signed integer in quotes. */
export function printInt64(s: Cursor): void {
  reserve(s, 24);
  s.o[s.q++] = 34;
  const { lo, hi } = s;
  if (hi >= -0x200000 && hi < 0x200000) printWide(s, hi * 4294967296 + (lo >>> 0));
  else append(s, ((BigInt(hi) << 32n) | BigInt(lo >>> 0)).toString());
  s.o[s.q++] = 34;
}

/** Prints `s.lo` and `s.hi` as an unsigned integer in quotes. */
export function printUint64(s: Cursor): void {
  reserve(s, 24);
  s.o[s.q++] = 34;
  const { lo, hi } = s;
  if (hi >= 0 && hi < 0x200000) printWide(s, hi * 4294967296 + (lo >>> 0));
  else append(s, ((BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0)).toString());
  s.o[s.q++] = 34;
}

/** Up to 53 bits: the upper digits, then nine with their zeros. */
export function printWide(s: Cursor, value: number): void {
  if (value < 0) {
    s.o[s.q++] = 45;
    printWide(s, -value);
    return;
  }
  if (value < 1e9) {
    printInteger(s, value);
    return;
  }
  const upper = Math.floor(value / 1e9);
  printInteger(s, upper);
  printDigits(s, (value - upper * 1e9) | 0, 9);
}

/** "00" to "99", each as two bytes of a little-endian number. */
const pairs = Uint16Array.from(
  { length: 100 },
  (_, value) => 48 + Math.floor(value / 10) + ((48 + (value % 10)) << 8),
);

/** Prints an integer in exactly so many digits; there is room for them. */
export function printDigits(s: Cursor, value: number, digits: number): void {
  const { o, ov } = s;
  let rest = value;
  let at = s.q + digits;
  s.q = at;
  for (let left = digits; left > 1; left -= 2) {
    const hundredth = (rest / 100) | 0;
    at -= 2;
    ov.setUint16(at, pairs[rest - hundredth * 100] as number, true);
    rest = hundredth;
  }
  if ((digits & 1) === 1) o[at - 1] = 48 + rest;
}
