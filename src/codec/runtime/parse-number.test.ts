import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cursor } from './cursor.js';
import { double } from './parse-double.js';
import { int64, uint64 } from './parse-number.js';

const cursor = new Cursor(100);

function read(text: string): number {
  cursor.load(Buffer.from(text), 64);
  const value = double(cursor);
  expect(cursor.i).toBe(text.length);
  return value;
}

const digits = (count: { minLength: number; maxLength: number }) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), ...count });
const natural = fc
  .tuple(fc.integer({ min: 1, max: 9 }), digits({ minLength: 0, maxLength: 21 }))
  .map((parts) => parts.join(''));
const decimal = fc
  .tuple(fc.oneof(fc.constant('0'), natural), digits({ minLength: 1, maxLength: 24 }))
  .map(([whole, fraction]) => `${whole}.${fraction}`);
const scientific = fc
  .tuple(decimal, fc.constantFrom('e', 'E', 'e+', 'e-'), fc.integer({ min: 0, max: 320 }))
  .map((parts) => parts.join(''))
  .filter((text) => Number.isFinite(Number(text)));
const shortest = fc.double({ noNaN: true, noDefaultInfinity: true }).map(String);
const everyday = fc
  .tuple(fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }), fc.integer({ min: 0, max: 15 }))
  .map(([units, decimals]) => String(units / 10 ** decimals));
const floats = fc.float({ noNaN: true, noDefaultInfinity: true }).map(String);
/** Exactly between two doubles, or just beside that, in all of its digits. */
const midpoints = fc
  .tuple(fc.double({ min: 1e-4, max: 1e15, noNaN: true }), fc.constantFrom('', '0', '1', '00000001'))
  .map(([value, more]) => {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, value);
    view.setBigUint64(0, view.getBigUint64(0) + 1n);
    // 2^100 times either is an integer, and so is their sum.
    const sum = BigInt(value * 2 ** 100) + BigInt(view.getFloat64(0) * 2 ** 100);
    const scaled = ((sum * 10n ** 101n) >> 101n).toString().padStart(102, '0');
    return `${scaled.slice(0, -101)}.${scaled.slice(-101).replace(/0+$/, '') || '0'}${more}`;
  });
/** The same, cut to as many digits as are not read by Number(). */
const almostMidpoints = fc
  .tuple(midpoints, fc.integer({ min: 17, max: 30 }))
  .map(([text, length]) => text.slice(0, length).replace(/\.$/, '.0'));

describe('a double is read as the nearest to the decimal (ECMA-262, StringToNumber)', () => {
  const rows: [name: string, texts: fc.Arbitrary<string>][] = [
    ['as JavaScript prints it', shortest],
    ['a few decimals', everyday],
    ['floats', floats],
    ['any decimal', decimal],
    ['with an exponent', scientific],
    ['between two doubles', midpoints],
    ['almost between two doubles', almostMidpoints],
  ];
  it.each(rows)('%s', (_, texts) => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(read(text)).toBe(Number(text));
        if (!text.startsWith('-')) expect(read(`-${text}`)).toBe(-Number(text));
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    ['9007199254740993'],
    ['9007199254740992.5'],
    ['0.1'],
    ['0.30000000000000004'],
    ['4.110000000000001'],
    ['1e22'],
    ['1e23'],
    ['8.5e-22'],
    ['1e-0'],
    ['0e99999'],
    ['5e-324'],
    ['2.4703282292062327e-324'],
    ['1.7976931348623157e308'],
    ['179769313486231.57e294'],
    ['0.000000000000000000000000000001234567890123456789'],
    ['0.0000000000000001234'],
    ['100000000000000000000.5'],
  ])('%s', (text) => {
    expect(read(text)).toBe(Number(text));
  });
});

describe('a 64-bit integer is read exactly, in quotes and without', () => {
  const rows: [
    name: string,
    read: (s: Cursor) => void,
    values: fc.Arbitrary<bigint>,
    wide: typeof BigInt.asIntN,
  ][] = [
    ['int64', int64, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), BigInt.asIntN],
    ['uint64', uint64, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), BigInt.asUintN],
    ['a short int64', int64, fc.maxSafeInteger().map(BigInt), BigInt.asIntN],
  ];
  it.each(rows)('%s', (_, readInto, values, wide) => {
    fc.assert(
      fc.property(values, fc.boolean(), (value, quoted) => {
        cursor.load(Buffer.from(quoted ? `"${value}"` : String(value)), 64);
        readInto(cursor);
        expect(wide(64, (BigInt(cursor.hi) << 32n) | BigInt(cursor.lo >>> 0))).toBe(value);
      }),
      { numRuns: 3000 },
    );
  });
});
