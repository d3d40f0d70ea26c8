import { ScalarType } from '@bufbuild/protobuf';
import { type Cursor, refused } from './cursor.js';
import { powers, productError, upperHalf } from './exact-power.js';
import { areDigits, fourDigits } from './parse-digits.js';
import { slowNumber } from './parse-number.js';

// Typed arrays are read through `as number` here: every index is inside.

/** Reads a double: the nearest to the decimal (IEEE 754, ties to even). */
export function double(s: Cursor): number {
  const { b, bv } = s;
  const at = s.i;
  let i = at;
  let c = b[i] as number;
  const negative = c === 45;
  if (negative) c = b[++i] as number;
  const start = i;
  const first = c;
  // Up to 15 digits are exact in `mantissa`, and as many more, as a fraction of its last place, in `rest`.
  let mantissa = 0;
  let rest = 0;
  let restDigits = 0;
  for (; c >= 48 && c <= 57; c = b[++i] as number) mantissa = mantissa * 10 + (c - 48);
  let digits = i - start;
  // No digits: perhaps in quotes. A leading zero: refused there.
  if (digits === 0 || (first === 48 && digits > 1)) return slowNumber(s, at, ScalarType.DOUBLE);
  let fraction = 0;
  if (c === 46) {
    const point = ++i;
    for (let word = bv.getInt32(i, true); areDigits(word); word = bv.getInt32(i, true)) {
      if (digits <= 11) {
        mantissa = mantissa * 10000 + fourDigits(word);
        digits += 4;
      } else {
        rest = rest * 10000 + fourDigits(word);
        restDigits += 4;
      }
      i += 4;
    }
    for (c = b[i] as number; c >= 48 && c <= 57; c = b[++i] as number) {
      if (digits < 15 && restDigits === 0) {
        mantissa = mantissa * 10 + (c - 48);
        digits++;
      } else {
        rest = rest * 10 + (c - 48);
        restDigits++;
      }
    }
    fraction = i - point;
    if (fraction === 0) throw refused;
  }
  let exponent = 0;
  if ((c | 32) === 101) {
    c = b[++i] as number;
    const below = c === 45;
    if (c === 43 || below) c = b[++i] as number;
    if (!(c >= 48 && c <= 57)) throw refused;
    for (; c >= 48 && c <= 57; c = b[++i] as number) exponent = Math.min(exponent * 10 + (c - 48), 9999);
    // Not by a minus, which would make a negative zero of a zero.
    if (below) exponent = 0 - exponent;
  }
  s.i = i;
  const scale = exponent - fraction + restDigits;
  if (digits <= 15 && restDigits <= 15 && scale >= -22 && scale <= 22) {
    let value: number | undefined;
    // Of two exact operands one operation rounds correctly (Clinger).
    if (restDigits === 0) {
      value = scale < 0 ? mantissa / (powers[-scale] as number) : mantissa * (powers[scale] as number);
    } else if (scale < 0) value = quotient(mantissa, rest / (powers[restDigits] as number), -scale);
    if (value !== undefined) return negative ? -value : value;
  }
  const value = Number(b.latin1Slice(at, i));
  if (!Number.isFinite(value)) throw refused;
  return value;
}

/**
 * (`mantissa` + `rest`) / 10^`exponent`, correctly rounded; `rest` is below 1. Undefined where two
 * answers are too close to call.
 *
 * What the rounded quotient lacks is the remainder, which is exact, and the rest, both divided by the
 * power. That is computed with a relative error far below `doubt`; where the sum rounds to the same
 * double at either end of the doubt, so does the exact one.
 */
function quotient(mantissa: number, rest: number, exponent: number): number | undefined {
  const power = powers[exponent] as number;
  const rough = mantissa / power;
  const product = rough * power;
  const upper = upperHalf(rough);
  const remainder = mantissa - product - productError(product, upper, rough - upper, exponent);
  const lacking = (remainder + rest) / power;
  const error = ((Math.abs(remainder) + rest) / power) * doubt;
  const low = rough + (lacking - error);
  return low === rough + (lacking + error) ? low : undefined;
}

const doubt = 1e-15;

/** Reads a float. */
export function float(s: Cursor): number {
  const at = s.i;
  const value = Math.fround(double(s));
  if (!Number.isFinite(value)) return slowNumber(s, at, ScalarType.FLOAT);
  return value;
}
