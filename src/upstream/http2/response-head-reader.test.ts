import { expect, it } from 'vitest';
import { block } from '../../../test/support/frames.js';
import { ResponseHeadReader } from './response-head-reader.js';

const read = (reader: ResponseHeadReader, bytes: Buffer) => reader.read(bytes, 0, bytes.length);
const remembered = (name: string, value: string): Buffer => {
  const bytes = block([[name, value]]);
  bytes[0] = 0x40;
  return bytes;
};

it('looks equal blocks up, but not those whose meaning depends on what came before', () => {
  const reader = new ResponseHeadReader(10_000);
  const plain = block([
    [':status', '200'],
    ['x-a', '1'],
  ]);
  expect(read(reader, Buffer.from(plain))).toBe(read(reader, Buffer.from(plain)));

  const newest = Buffer.from([0xbe]);
  read(reader, remembered('x-a', 'first'));
  expect(read(reader, newest).metadata).toEqual([['x-a', 'first']]);
  read(reader, remembered('x-a', 'second'));
  expect(read(reader, newest).metadata).toEqual([['x-a', 'second']]);
  // Remembered again, it is there twice.
  read(reader, remembered('x-a', 'second'));
  read(reader, remembered('x-b', 'third'));
  expect(read(reader, Buffer.from([0xbf])).metadata).toEqual([['x-a', 'second']]);
  expect(read(reader, Buffer.from([0xc0])).metadata).toEqual([['x-a', 'second']]);
});

it('keeps as many blocks apart as there are, the first ones and the others alike', () => {
  const reader = new ResponseHeadReader(10_000);
  const blocks = Array.from({ length: 20 }, (_, n) => block([['x-a', String(100 + n)]]));
  const first = blocks.map((bytes) => read(reader, bytes));
  expect(first.map(({ metadata }) => metadata)).toEqual(blocks.map((_, n) => [['x-a', String(100 + n)]]));
  for (const [n, bytes] of blocks.entries()) expect(read(reader, Buffer.from(bytes))).toBe(first[n]);
});

it('does not hold on to the memory in which a block came', () => {
  const reader = new ResponseHeadReader(10_000);
  const bytes = block([['x-a', '1']]);
  const fields = read(reader, bytes);
  const same = Buffer.from(bytes);
  bytes.fill(0);
  expect(read(reader, same)).toBe(fields);
});
