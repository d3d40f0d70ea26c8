import type { Cursor } from './cursor.js';
import { powers, productError, upperHalf } from './exact-power.js';
import { printDigits } from './print-integer.js';

// Typed arrays are read through `as number` here: every index is inside.

/** Half the distance between doubles of each exponent (IEEE 754, biased). */
const halfUlps = Float64Array.from({ length: 2047 }, (_, exponent) => 2 ** (exponent - 1076));

/** What rounding errors in here stay far below, and no honest difference comes near but by chance. */
const doubt = 1e-7;

/**
 * Prints the fewest digits that name the double at `from`, the nearest to it among those, as String() does.
 * Undefined, and nothing printed, where this way does not go: outside of 1e-5 to 1e15, for powers of
 * two, whose neighbours are unlike, and where two answers are too close to call.
 *
 * A decimal names the double when it lies within half the distance to its neighbours. The double
 * times a power of ten is computed exactly, as the sum of two (Dekker's product); rounded to an
 * integer it is the nearest decimal of 15, 16 or 17 digits. No two decimals of 15 digits name one
 * double, so that the first that does has the shortest in it, behind which are zeros.
 */
export function printShortest(s: Cursor, from: number, at: number): number | undefined {
  const value = s.bv.getFloat64(from, true);
  const magnitude = Math.abs(value);
  if (!(magnitude >= 1e-5 && magnitude < 1e15)) return undefined;
  const high = s.bv.getInt32(from + 4, true) & 0x7fffffff;
  if ((high & 0xfffff) === 0 && s.bv.getInt32(from, true) === 0) return undefined;
  const exponent = high >>> 20;
  const halfUlp = halfUlps[exponent] as number;
  // Digits before the point: by the exponent that many, or one more.
  let whole = Math.floor((exponent - 1023) * 0.3010299956639812) + 1;
  if (magnitude * (powers[17 - whole] as number) >= 1e17) whole++;
  const upper = upperHalf(magnitude);
  const lower = magnitude - upper;
  for (let digits = 15; digits <= 17; digits++) {
    const decimals = digits - whole;
    const power = powers[decimals] as number;
    const product = magnitude * power;
    const error = productError(product, upper, lower, decimals);
    const base = Math.floor(product);
    const rest = product - base + error;
    const step = Math.floor(rest + 0.5);
    const distance = Math.abs(step - rest);
    if (Math.abs(distance - 0.5) < doubt) return undefined;
    const limit = halfUlp * power;
    if (digits < 17 && distance > limit - limit * doubt) {
      if (distance < limit + limit * doubt) return undefined;
      continue;
    }
    // Exact: a multiple of 1e9 below 1e17 has at most 48 bits that are not zero.
    let head = Math.floor(base / 1e9);
    let tail = base - head * 1e9 + step;
    if (tail < 0) {
      head--;
      tail += 1e9;
    } else if (tail >= 1e9) {
      head++;
      tail -= 1e9;
    }
    return print(s, value < 0, head | 0, tail | 0, digits, decimals, at);
  }
  return undefined;
}

/** Prints (`head` * 1e9 + `tail`) / 10^`decimals`, which has so many digits, without the zeros behind. */
function print(
  s: Cursor,
  negative: boolean,
  head: number,
  tail: number,
  digits: number,
  decimals: number,
  at: number,
): number {
  const { o } = s;
  let q = at;
  if (negative) o[q++] = 45;
  let whole = digits - decimals;
  if (whole <= 0) {
    o[q++] = 48;
    o[q++] = 46;
    for (; whole < 0; whole++) o[q++] = 48;
    q = printDigits(s, tail, 9, printDigits(s, head, digits - 9, q));
  } else {
    // One place to the right, then back up to the point.
    const start = q;
    q = printDigits(s, tail, 9, printDigits(s, head, digits - 9, q + 1));
    for (let n = start; n < start + whole; n++) o[n] = o[n + 1] as number;
    o[start + whole] = 46;
  }
  while (o[q - 1] === 48) q--;
  return q;
}
