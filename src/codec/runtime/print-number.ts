import { append, type Cursor, reserve } from './cursor.js';
import { printDigits, printInteger, printWide } from './print-integer.js';
import { shortestFloat } from './scalar.js';
import { printShortest } from './shortest-double.js';

/** Fewest digits that are read back as the same double, as JavaScript prints them. */
export function printDouble(s: Cursor, value: number): void {
  if (value === (value | 0) && !Object.is(value, -0)) {
    printInteger(s, value | 0);
    return;
  }
  const magnitude = Math.abs(value);
  if (
    magnitude >= 2147483648 &&
    magnitude <= Number.MAX_SAFE_INTEGER &&
    magnitude === Math.floor(magnitude)
  ) {
    reserve(s, 20);
    printWide(s, value);
    return;
  }
  if (magnitude >= 1e-5 && magnitude < 1e9) {
    // At most 15 digits name one double each, so that the first that does is the shortest.
    for (let decimals = 1, power = 10; decimals <= 6; decimals++, power *= 10) {
      const scaled = magnitude * power;
      const digits = Math.floor(scaled + 0.5);
      // Far from an integer it is none of so many decimals; only near one is it worth the division.
      if (Math.abs(scaled - digits) <= scaled * 2.3e-16 && digits / power === magnitude) {
        printDecimal(s, value < 0, digits, decimals, power);
        return;
      }
    }
  }
  if (printShortest(s, value < 0, magnitude)) return;
  reserve(s, 32);
  if (Number.isFinite(value)) append(s, Object.is(value, -0) ? '-0' : String(value));
  else append(s, `"${value}"`);
}

/** Prints `digits` / 10^`decimals`. */
function printDecimal(s: Cursor, negative: boolean, digits: number, decimals: number, power: number): void {
  reserve(s, 24);
  if (negative) s.o[s.q++] = 45;
  const whole = Math.floor(digits / power);
  printInteger(s, whole);
  s.o[s.q++] = 46;
  printDigits(s, (digits - whole * power) | 0, decimals);
}

/** Fewest digits that are read back as the same float. */
export function printFloat(s: Cursor, value: number): void {
  const magnitude = Math.abs(value);
  if (magnitude >= 1e-4 && magnitude < 1e6 && value !== Math.trunc(value)) {
    for (let decimals = 1, power = 10; decimals <= 9; decimals++, power *= 10) {
      const scaled = magnitude * power;
      const digits = Math.floor(scaled + 0.5);
      if (Math.abs(scaled - digits) <= scaled * 1.2e-7 && Math.fround(digits / power) === magnitude) {
        printDecimal(s, value < 0, digits, decimals, power);
        return;
      }
    }
  }
  printDouble(s, shortestFloat(value));
}

/** Prints true or false. */
export function printBool(s: Cursor, value: boolean): void {
  reserve(s, 5);
  if (value) {
    s.ov.setInt32(s.q, 0x65757274, true);
    s.q += 4;
  } else {
    s.ov.setInt32(s.q, 0x736c6166, true);
    s.o[s.q + 4] = 101;
    s.q += 5;
  }
}
