import type { Cursor } from './cursor.js';

// Typed arrays are read through `as number` here: every index is inside.

/** "00" to "99", each as two bytes of a little-endian number. */
const pairs = Uint16Array.from(
  { length: 100 },
  (_, value) => 48 + Math.floor(value / 10) + ((48 + (value % 10)) << 8),
);

/** The two digits of 0 to 99, as a little-endian number. */
export function pairOf(value: number): number {
  return pairs[value] as number;
}

/** Room for any integer, quotes included. */
export const integerRoom = 24;

/** Prints an integer of up to 53 bits. There is room for it, as for all that is printed here. */
export function printInteger(s: Cursor, value: number, at: number): number {
  let q = at;
  let n = value;
  if (n < 0) {
    s.o[q++] = 45;
    n = -n;
  }
  if (n <= 0x7fffffff) return printSmall(s, n | 0, q);
  const upper = Math.floor(n / 1e8);
  return printEight(s, (n - upper * 1e8) | 0, printSmall(s, upper | 0, q));
}

/** Prints 0 to 2^31 - 1. */
function printSmall(s: Cursor, value: number, at: number): number {
  if (value < 10) {
    s.o[at] = 48 + value;
    return at + 1;
  }
  if (value < 10000) return printUpToFour(s, value, at);
  const upper = (value / 10000) | 0;
  const lower = value - upper * 10000;
  if (upper < 10000) {
    const q = printUpToFour(s, upper, at);
    s.ov.setInt32(q, fourDigits(lower), true);
    return q + 4;
  }
  const top = (upper / 10000) | 0;
  const q = printUpToFour(s, top, at);
  s.ov.setInt32(q, fourDigits(upper - top * 10000), true);
  s.ov.setInt32(q + 4, fourDigits(lower), true);
  return q + 8;
}

/** Prints 0 to 9999 without leading zeros. */
function printUpToFour(s: Cursor, value: number, at: number): number {
  const digits = value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : 4;
  s.ov.setInt32(at, fourDigits(value) >>> ((4 - digits) << 3), true);
  return at + digits;
}

// What goes from function to function below are integers of 32 bits, with a sign or without: a
// larger number would be put on the heap for it.

/** Prints `lo` and `hi` as a signed integer in quotes. */
export function printInt64(s: Cursor, lo: number, hi: number, at: number): number {
  const { o } = s;
  let q = at;
  o[q++] = 34;
  if (hi < 0) {
    o[q++] = 45;
    q = printHalves(s, -lo | 0, lo === 0 ? -hi | 0 : ~hi, q);
  } else q = printHalves(s, lo, hi, q);
  o[q] = 34;
  return q + 1;
}

/** Prints `lo` and `hi` as an unsigned integer in quotes. */
export function printUint64(s: Cursor, lo: number, hi: number, at: number): number {
  s.o[at] = 34;
  const q = printHalves(s, lo, hi, at + 1);
  s.o[q] = 34;
  return q + 1;
}

/** Prints `hi` * 2^32 + `lo`, both without a sign. */
function printHalves(s: Cursor, lo: number, hi: number, at: number): number {
  if (hi === 0 && lo >= 0) return printSmall(s, lo, at);
  if (hi >= 0 && hi < 0x200000) {
    const value = hi * 4294967296 + (lo >>> 0);
    const upper = Math.floor(value / 1e8);
    return printEight(s, (value - upper * 1e8) | 0, printSmall(s, upper | 0, at));
  }
  // Divided by 10^8 as on paper, in digits of 2^32, 2^16 and 2^16.
  const unsigned = hi >>> 0;
  const first = Math.floor(unsigned / 1e8);
  const middle = (unsigned - first * 1e8) * 65536 + (lo >>> 16);
  const second = Math.floor(middle / 1e8);
  const last = (middle - second * 1e8) * 65536 + (lo & 65535);
  const third = Math.floor(last / 1e8);
  const q = printInteger(s, first * 4294967296 + second * 65536 + third, at);
  return printEight(s, (last - third * 1e8) | 0, q);
}

/** Prints 0 to 99999999 in eight digits. */
function printEight(s: Cursor, value: number, at: number): number {
  const upper = (value / 10000) | 0;
  s.ov.setInt32(at, fourDigits(upper), true);
  s.ov.setInt32(at + 4, fourDigits(value - upper * 10000), true);
  return at + 8;
}

/** The four digits of 0 to 9999, as a little-endian number. */
function fourDigits(value: number): number {
  const upper = (value / 100) | 0;
  return pairOf(upper) | (pairOf(value - upper * 100) << 16);
}

/** Prints an integer in exactly so many digits. */
export function printDigits(s: Cursor, value: number, digits: number, at: number): number {
  const { o, ov } = s;
  const end = at + digits;
  let rest = value;
  let q = end;
  for (let left = digits; left > 1; left -= 2) {
    const hundredth = (rest / 100) | 0;
    q -= 2;
    ov.setInt16(q, pairOf(rest - hundredth * 100), true);
    rest = hundredth;
  }
  if ((digits & 1) === 1) o[at] = 48 + rest;
  return end;
}
