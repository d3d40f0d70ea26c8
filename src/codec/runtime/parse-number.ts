import { ScalarType } from '@bufbuild/protobuf';
import { type Cursor, refused } from './cursor.js';
import { areDigits, fourDigits } from './parse-digits.js';
import { text } from './parse-string.js';
import { scalarFromText } from './scalar.js';

// Typed arrays are read through `as number` here: the cursor's padding keeps every index inside.

/** Reads a number, or one in quotes, as text. */
function numberText(s: Cursor): string {
  if (s.b[s.i] === 34) return text(s);
  const start = s.i;
  let i = start;
  for (;;) {
    const c = s.b[i] as number;
    if ((c >= 48 && c <= 57) || c === 45 || c === 43 || c === 46 || c === 69 || c === 101) i++;
    else break;
  }
  s.i = i;
  const found = s.b.toString('latin1', start, i);
  // Unlike text in quotes, `NaN` and the like are no JSON; and nothing at all is not either.
  if (found === '') throw refused;
  return found;
}

/** The number at `at`, read as the reference codec reads it. */
export function slowNumber(s: Cursor, at: number, type: ScalarType): number {
  s.i = at;
  const value = scalarFromText(type, numberText(s));
  if (typeof value !== 'number') throw refused;
  return value;
}

function slowBigInt(s: Cursor, at: number, type: ScalarType): void {
  s.i = at;
  const value = scalarFromText(type, numberText(s));
  if (typeof value !== 'bigint') throw refused;
  s.lo = Number(BigInt.asIntN(32, value));
  s.hi = Number(BigInt.asIntN(32, value >> 32n));
}

/** Reads an int32. */
export function int32(s: Cursor): number {
  const at = s.i;
  const value = shortInteger(s);
  return value === (value | 0) && !Object.is(value, -0) ? value : slowNumber(s, at, ScalarType.INT32);
}

/** Reads a uint32. */
export function uint32(s: Cursor): number {
  const at = s.i;
  const value = shortInteger(s);
  return value >= 0 && value < 4294967296 && !Object.is(value, -0)
    ? value
    : slowNumber(s, at, ScalarType.UINT32);
}

/** Reads an int64 into `s.lo` and `s.hi`. */
export function int64(s: Cursor): void {
  const at = s.i;
  const value = shortInteger(s);
  if (Number.isNaN(value)) {
    slowBigInt(s, at, ScalarType.INT64);
    return;
  }
  s.lo = value | 0;
  s.hi = Math.floor(value / 4294967296);
}

/** Reads a uint64 into `s.lo` and `s.hi`. */
export function uint64(s: Cursor): void {
  const at = s.i;
  const value = shortInteger(s);
  if (!(value >= 0) || Object.is(value, -0)) {
    slowBigInt(s, at, ScalarType.UINT64);
    return;
  }
  s.lo = value | 0;
  s.hi = Math.floor(value / 4294967296);
}

/** Reads up to 15 digits, in quotes or not; NaN where there is more to it, which the slow way decides. */
function shortInteger(s: Cursor): number {
  const { b, bv } = s;
  let i = s.i;
  let c = b[i] as number;
  const quoted = c === 34;
  if (quoted) c = b[++i] as number;
  const negative = c === 45;
  if (negative) c = b[++i] as number;
  const start = i;
  const first = c;
  let n = 0;
  for (let word = bv.getInt32(i, true); areDigits(word); word = bv.getInt32(i, true)) {
    n = n * 10000 + fourDigits(word);
    i += 4;
  }
  for (c = b[i] as number; c >= 48 && c <= 57; c = b[++i] as number) n = n * 10 + (c - 48);
  const digits = i - start;
  if (digits === 0 || digits > 15 || (first === 48 && digits > 1) || c === 46 || (c | 32) === 101)
    return Number.NaN;
  if (quoted) {
    if (c !== 34) return Number.NaN;
    i++;
  }
  s.i = i;
  return negative ? -n : n;
}

/** Reads `true` or `false`. */
export function bool(s: Cursor): boolean {
  const word = s.bv.getInt32(s.i, true);
  if (word === 0x65757274) {
    s.i += 4;
    return true;
  }
  if (word === 0x736c6166 && s.b[s.i + 4] === 101) {
    s.i += 5;
    return false;
  }
  throw refused;
}
