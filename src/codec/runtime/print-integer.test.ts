import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cursor } from './cursor.js';
import { printInt64, printInteger, printUint64 } from './print-integer.js';
import { readVarint64 } from './wire-reader.js';

const cursor = new Cursor(100);
cursor.load(new Uint8Array(1), 64);

function printed(print: (at: number) => number): string {
  const end = print(cursor.start);
  return Buffer.from(cursor.o.subarray(cursor.start, end)).toString();
}

/** Integers of every length in bits: `bits` without a sign. */
const anyLength = (bits: number) =>
  fc
    .tuple(fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n }), fc.integer({ min: 0, max: bits - 1 }))
    .map(([value, shift]) => value >> BigInt(shift));
const halves = (value: bigint): [lo: number, hi: number] => [
  Number(BigInt.asIntN(32, value)),
  Number(BigInt.asIntN(32, value >> 32n)),
];

describe('an integer is printed with its digits', () => {
  it.each([
    ['as a number', 53, false, (value: bigint) => printed((at) => printInteger(cursor, Number(value), at))],
    [
      'as a number below zero',
      53,
      true,
      (value: bigint) => printed((at) => printInteger(cursor, Number(value), at)),
    ],
  ])('%s', (_, bits, negative, print) => {
    fc.assert(
      fc.property(anyLength(bits), (magnitude) => {
        const value = negative ? -magnitude : magnitude;
        expect(print(value)).toBe(String(value));
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ['uint64', 64, 1n, printUint64],
    ['int64', 63, 1n, printInt64],
    ['int64 below zero', 63, -1n, printInt64],
  ])('%s, in quotes', (_, bits, sign, print) => {
    fc.assert(
      fc.property(anyLength(bits), (magnitude) => {
        const value = sign * magnitude;
        const [lo, hi] = halves(value);
        expect(printed((at) => print(cursor, lo, hi, at))).toBe(`"${value}"`);
      }),
      { numRuns: 3000 },
    );
  });

  it('the least int64', () => {
    expect(printed((at) => printInt64(cursor, 0, -0x80000000, at))).toBe('"-9223372036854775808"');
  });
});

describe('a varint is read with every length that it may have (Protocol Buffers encoding, "Base 128 varints")', () => {
  it('from one byte to ten, minimal or not', () => {
    fc.assert(
      fc.property(anyLength(64), fc.integer({ min: 1, max: 10 }), (value, least) => {
        const bytes: number[] = [];
        for (let rest = value; rest > 0n || bytes.length < least; rest >>= 7n) {
          bytes.push(Number(rest & 127n) | 128);
        }
        bytes.push((bytes.pop() ?? 0) & 127);
        cursor.load(Uint8Array.of(7, ...bytes, 255), 64);
        readVarint64(cursor, 1);
        expect([cursor.lo, cursor.hi, cursor.i]).toEqual([...halves(value), 1 + bytes.length]);
      }),
      { numRuns: 3000 },
    );
  });

  it('not of eleven', () => {
    cursor.load(Uint8Array.of(...Array.from({ length: 10 }, () => 128), 1), 64);
    expect(() => readVarint64(cursor, 0)).toThrow('longer than ten bytes');
  });
});
