import { append, type Cursor } from './cursor.js';
import { printDigits, printInteger } from './print-integer.js';
import { shortestFloat } from './scalar.js';
import { printShortest } from './shortest-double.js';

/** Room for any number. */
export const numberRoom = 32;

// Values are read where they stand in the input: a double that is handed to a function is put on
// the heap for it.

/** Prints the double at `from` with the fewest digits that are read back as it, as JavaScript does. There is room. */
export function printDouble(s: Cursor, from: number, at: number): number {
  const value = s.bv.getFloat64(from, true);
  if (value === (value | 0) && !Object.is(value, -0)) return printInteger(s, value | 0, at);
  const magnitude = Math.abs(value);
  if (magnitude > 0x7fffffff && magnitude <= Number.MAX_SAFE_INTEGER && magnitude === Math.floor(magnitude))
    return printInteger(s, value, at);
  if (magnitude >= 1e-5 && magnitude < 1e9) {
    // At most 15 digits name one double each, so that the first that does is the shortest.
    let decimals = 0;
    let power = 10;
    if (hasDecimals(magnitude, 10)) decimals = 1;
    else if (hasDecimals(magnitude, 100)) {
      decimals = 2;
      power = 100;
    } else if (hasDecimals(magnitude, 1e6)) {
      decimals = 3;
      for (power = 1000; !hasDecimals(magnitude, power); power *= 10) decimals++;
    }
    if (decimals > 0) {
      const digits = Math.floor(magnitude * power + 0.5);
      const whole = Math.floor(digits / power);
      return printDecimal(s, value < 0, whole | 0, (digits - whole * power) | 0, decimals, at);
    }
  }
  return printShortest(s, from, at) ?? printSlowly(s, from, at);
}

/** Whether a double is an integer divided by `power`, which has at most 15 digits. */
function hasDecimals(magnitude: number, power: number): boolean {
  const scaled = magnitude * power;
  const digits = Math.floor(scaled + 0.5);
  // Far from an integer it is not; only near one is it worth the division.
  return Math.abs(scaled - digits) <= scaled * 2.3e-16 && digits / power === magnitude;
}

function printDecimal(
  s: Cursor,
  negative: boolean,
  whole: number,
  fraction: number,
  decimals: number,
  at: number,
): number {
  let q = at;
  if (negative) s.o[q++] = 45;
  q = printInteger(s, whole, q);
  s.o[q++] = 46;
  return printDigits(s, fraction, decimals, q);
}

function printSlowly(s: Cursor, from: number, at: number): number {
  return appendNumber(s, s.bv.getFloat64(from, true), at);
}

function appendNumber(s: Cursor, value: number, at: number): number {
  if (Number.isFinite(value)) return append(s, Object.is(value, -0) ? '-0' : String(value), at);
  return append(s, `"${value}"`, at);
}

/** Prints the float at `from` with the fewest digits that are read back as it. There is room. */
export function printFloat(s: Cursor, from: number, at: number): number {
  const value = s.bv.getFloat32(from, true);
  const magnitude = Math.abs(value);
  // Below 2^24 the floats next to an integer are no further than 1, so that all of its digits count.
  if (magnitude < 16777216 && value === (value | 0) && !Object.is(value, -0))
    return printInteger(s, value | 0, at);
  if (magnitude >= 1e-4 && magnitude < 1e6) {
    for (let decimals = 1, power = 10; decimals <= 9; decimals++, power *= 10) {
      const scaled = magnitude * power;
      const digits = Math.floor(scaled + 0.5);
      if (Math.abs(scaled - digits) <= scaled * 1.2e-7 && Math.fround(digits / power) === magnitude) {
        const whole = Math.floor(digits / power);
        return printDecimal(s, value < 0, whole | 0, (digits - whole * power) | 0, decimals, at);
      }
    }
  }
  return appendNumber(s, shortestFloat(value), at);
}

/** Prints true or false. There is room for it. */
export function printBool(s: Cursor, value: boolean, at: number): number {
  if (value) {
    s.ov.setInt32(at, 0x65757274, true);
    return at + 4;
  }
  s.ov.setInt32(at, 0x736c6166, true);
  s.o[at + 4] = 101;
  return at + 5;
}
