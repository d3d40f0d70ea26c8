import { type Cursor, reserve } from './cursor.js';
import { printDigits } from './print-integer.js';

// Typed arrays are read through `as number` here: every index is inside.

/** 10^0 to 10^22: those that a double holds exactly. */
const powers = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/** Veltkamp's constant: splits a double of 53 bits into two halves, whose products are exact. */
const splitter = 2 ** 27 + 1;
const upperHalf = (value: number): number => {
  const scaled = splitter * value;
  return scaled - (scaled - value);
};
const powersUpper = powers.map(upperHalf);
const powersLower = powers.map((power, exponent) => power - (powersUpper[exponent] as number));

/** Half the distance between doubles of each exponent (IEEE 754, biased). */
const halfUlps = Float64Array.from({ length: 2047 }, (_, exponent) => 2 ** (exponent - 1076));

const bits = new DataView(new ArrayBuffer(8));

/** What rounding errors in here stay far below, and no honest difference comes near but by chance. */
const doubt = 1e-7;

/**
 * Prints the fewest digits that name a double, the nearest to it among those, as String() does.
 * False, and nothing printed, where this way does not go: outside of 1e-5 to 1e15, for powers of
 * two, whose neighbours are unlike, and where two answers are too close to call.
 *
 * A decimal names the double when it lies within half the distance to its neighbours. The double
 * times a power of ten is computed exactly, as the sum of two (Dekker's product); rounded to an
 * integer it is the nearest decimal of 15, 16 or 17 digits. No two decimals of 15 digits name one
 * double, so that the first that does has the shortest in it, behind which are zeros.
 */
export function printShortest(s: Cursor, negative: boolean, magnitude: number): boolean {
  if (!(magnitude >= 1e-5 && magnitude < 1e15)) return false;
  bits.setFloat64(0, magnitude, true);
  const high = bits.getUint32(4, true);
  if ((high & 0xfffff) === 0 && bits.getUint32(0, true) === 0) return false;
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
    const powerUpper = powersUpper[decimals] as number;
    const powerLower = powersLower[decimals] as number;
    const error =
      lower * powerLower - (product - upper * powerUpper - lower * powerUpper - upper * powerLower);
    const base = Math.floor(product);
    const rest = product - base + error;
    const step = Math.floor(rest + 0.5);
    const distance = Math.abs(step - rest);
    if (Math.abs(distance - 0.5) < doubt) return false;
    const limit = halfUlp * power;
    if (digits < 17 && distance > limit - limit * doubt) {
      if (distance < limit + limit * doubt) return false;
      continue;
    }
    print(s, negative, base, step, digits, decimals);
    return true;
  }
  return false;
}

/** Prints (`base` + `step`) / 10^`decimals`, which has so many digits, without the zeros behind. */
function print(
  s: Cursor,
  negative: boolean,
  base: number,
  step: number,
  digits: number,
  decimals: number,
): void {
  reserve(s, 32);
  const { o } = s;
  if (negative) o[s.q++] = 45;
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
  let whole = digits - decimals;
  if (whole <= 0) {
    o[s.q++] = 48;
    o[s.q++] = 46;
    for (; whole < 0; whole++) o[s.q++] = 48;
    printDigits(s, head, digits - 9);
    printDigits(s, tail, 9);
  } else {
    // One place to the right, then back up to the point.
    const start = s.q++;
    printDigits(s, head, digits - 9);
    printDigits(s, tail, 9);
    for (let at = start; at < start + whole; at++) o[at] = o[at + 1] as number;
    o[start + whole] = 46;
  }
  while (o[s.q - 1] === 48) s.q--;
}
