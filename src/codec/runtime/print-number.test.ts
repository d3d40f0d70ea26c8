import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cursor } from './cursor.js';
import { printDouble, printFloat } from './print-number.js';
import { shortestFloat } from './scalar.js';

const cursor = new Cursor(100);
cursor.load(new Uint8Array(8), 64);

function printed(value: number): string {
  cursor.bv.setFloat64(0, value, true);
  const end = printDouble(cursor, 0, cursor.start);
  return Buffer.from(cursor.o.subarray(cursor.start, end)).toString();
}

const anyBits = fc
  .tuple(fc.maxSafeNat(), fc.integer({ min: 0, max: 0x7ff }), fc.boolean())
  .map(([fraction, exponent, negative]) => {
    const view = new DataView(new ArrayBuffer(8));
    view.setBigUint64(0, (BigInt(exponent) << 52n) | (BigInt(fraction) & 0xfffffffffffffn));
    return negative ? -view.getFloat64(0) : view.getFloat64(0);
  })
  .filter(Number.isFinite);
const everyday = fc
  .tuple(fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }), fc.integer({ min: 0, max: 15 }))
  .map(([units, decimals]) => units / 10 ** decimals);
const nearPowersOfTwo = fc
  .tuple(fc.integer({ min: -60, max: 60 }), fc.integer({ min: -4, max: 4 }))
  .map(([exponent, ulps]) => 2 ** exponent * (1 + ulps * Number.EPSILON));
const manyDigits = fc
  .tuple(fc.double({ min: 1e-7, max: 1e17, noNaN: true }), fc.integer({ min: 14, max: 17 }))
  .map(([value, digits]) => Number(value.toPrecision(digits)));
const integers = fc.maxSafeInteger();

describe('a double is printed with the digits that JavaScript gives it (ECMA-262, Number::toString)', () => {
  const rows: [name: string, values: fc.Arbitrary<number>][] = [
    ['any bits', anyBits],
    ['a few decimals', everyday],
    ['powers of two and their neighbours', nearPowersOfTwo],
    ['14 to 17 digits', manyDigits],
    ['integers', integers],
  ];
  it.each(rows)('%s', (_, values) => {
    fc.assert(
      fc.property(values, (value) => {
        expect(printed(value)).toBe(Object.is(value, -0) ? '-0' : String(value));
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    [5e-324],
    [1.7976931348623157e308],
    [2 ** 53],
    [2 ** 53 + 2],
    [1e21],
    [1e15],
    [999999999999999.9],
    [9007199254740993e-5],
    [0.1 + 0.2],
    [1e-7],
    [0.000010000000000000001],
    [4.35],
    [2.2250738585072014e-308],
  ])('%d', (value) => {
    expect(printed(value)).toBe(String(value));
    expect(printed(-value)).toBe(String(-value));
  });
});

describe('a float is printed with the fewest digits that are read back as it', () => {
  const print = (value: number) => {
    cursor.bv.setFloat32(0, value, true);
    const end = printFloat(cursor, 0, cursor.start);
    return Buffer.from(cursor.o.subarray(cursor.start, end)).toString();
  };
  const rows: [name: string, values: fc.Arbitrary<number>][] = [
    ['any bits', fc.float({ noNaN: true, noDefaultInfinity: true })],
    ['integers', fc.integer({ min: -0x80000000, max: 0x7fffffff }).map(Math.fround)],
    ['a few decimals', everyday.map(Math.fround)],
  ];
  it.each(rows)('%s', (_, values) => {
    fc.assert(
      fc.property(values, (value) => {
        expect(print(value)).toBe(Object.is(value, -0) ? '-0' : String(shortestFloat(value)));
      }),
      { numRuns: 5000 },
    );
  });
});
