import { type DescMessage, equals, fromBinary, type Message, ScalarType, toBinary } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { describe, expect, it } from 'vitest';
import { codecTypes, testMessage } from '../../../test/support/codec-protos.js';
import { mutateWire, pick, randomJson, seeded } from '../../../test/support/random-message.js';
import { defaultCodecOptions } from '../codec.js';
import { createReferenceCodecs } from '../reference.js';
import { createCanonicalizer } from './canonical.js';

const hex = (binary: Uint8Array): string => Buffer.from(binary).toString('hex');
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

describe('canonical form of a message', () => {
  const cases: readonly (readonly [rule: string, given: string, canonical: string])[] = [
    ['is the same bytes where they are canonical', '1801 20 02 7201 61', '1801 2002 720161'],
    ['has fields in the order of their numbers', '720161 1801', '1801 720161'],
    ['has the last occurrence of a scalar', '1801 1805', '1805'],
    ['leaves off a default without presence', '1800 7200', ''],
    ['keeps minus zero, which is no default', '09 0000000000000080', '09 0000000000000080'],
    ['keeps a default with presence', 'b801 00 920200', 'b801 00 920200'],
    ['has no needless bytes in a number', '18 8100', '1801'],
    ['has no needless bytes in a tag', '9800 01', '1801'],
    ['packs a list of numbers', 'd802 01 d802 02', 'da02 02 0102'],
    ['has the pieces of a packed list as one', 'da02 01 01 da02 02 0203', 'da02 03 010203'],
    ['has no needless bytes in a packed list', 'da02 03 810002', 'da02 02 0102'],
    ['leaves off an empty packed list', 'da02 00', ''],
    ['keeps the order of a list of strings', 'b203 0162 b203 0161', 'b203 0162 b203 0161'],
    ['merges the pieces of a submessage', 'aa05 02 1001 aa05 03 0a0161', 'aa05 05 0a0161 1001'],
    ['tells an empty submessage from none', 'aa05 00', 'aa05 00'],
    [
      'has map entries in the order of their keys',
      'c205 06 0a0162 120178 c205 06 0a0161 120179',
      'c205 06 0a0161 120179 c205 06 0a0162 120178',
    ],
    [
      'has the last entry of a map key',
      'c205 06 0a0161 120178 c205 06 0a0161 120179',
      'c205 06 0a0161 120179',
    ],
    ['writes out the defaults of a map entry', 'c205 00', 'c205 04 0a00 1200'],
    ['has the last member of a oneof', 'd205 01 61 d805 05', 'd805 05'],
    ['drops what a message of a oneof had before another member', 'e205 02 1001 d805 05 e205 00', 'e205 00'],
    [
      'keeps unknown fields, each number in its order',
      '9a7d 0161 f83f02 f83f01 1801',
      '1801 f83f02 f83f01 9a7d0161',
    ],
    ['keeps a record of another wire type, as an unknown field', '1a0161 1801', '1801 1a0161'],
    ['keeps a text that is not UTF-8', '7201ff 7201fe', '7201fe'],
    ['is the same bytes where they are no message', '720161 18', '720161 18'],
  ];
  const canonical = createCanonicalizer(testMessage('Everything'), 100);
  for (const [rule, given, wanted] of cases)
    it(rule, () => expect(hex(canonical(bytes(given)))).toBe(wanted.replaceAll(' ', '')));

  it('keeps numbers that a closed enum does not know, and what they do not replace', () => {
    const legacy = createCanonicalizer(testMessage('Legacy'), 100);
    expect(hex(legacy(bytes('18 01 18 4d')))).toBe('1801184d');
    expect(hex(legacy(bytes('18 01')))).toBe('1801');
  });

  it('is the same bytes beyond the nesting limit', () => {
    const shallow = createCanonicalizer(testMessage('Inner'), 2);
    expect(hex(shallow(bytes('1003 0a0161')))).toBe('0a01611003');
    expect(hex(shallow(bytes('1a08 1a06 1003 1002 0a00')))).toBe('1a081a06100310020a00');
  });
});

const registry = codecTypes;
const reference = createReferenceCodecs(registry, { nestingDepthMax: 100 });
const messages = (['Everything', 'Legacy', 'Modern', 'Newest'] as const).map((name) => {
  const message = testMessage(name);
  return { message, canonical: createCanonicalizer(message, 100) };
});

function decoded<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

/** Unknown fields as they are told apart: each number in its own order. */
function unknownOf({ $unknown = [] }: Message): string {
  return JSON.stringify(
    $unknown
      .map(({ no, wireType, data }) => [no, wireType, hex(data)])
      .sort(([a], [b]) => Number(a) - Number(b)),
  );
}

/** Wire types in which a field of a scalar type may come (encoding spec, "Message Structure"). */
function wireTypeOf(scalar: ScalarType): WireType {
  switch (scalar) {
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return WireType.LengthDelimited;
    case ScalarType.DOUBLE:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return WireType.Bit64;
    case ScalarType.FLOAT:
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32:
      return WireType.Bit32;
    default:
      return WireType.Varint;
  }
}

/**
 * Whether every known number comes with a wire type of its field. Where not, it is an unknown field; but
 * protobuf-es reads it by the type of the field all the same, and takes what follows for a part of it.
 */
function isReadAlike(message: DescMessage, binary: Uint8Array): boolean {
  const reader = new BinaryReader(binary);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const field = message.fields.find((candidate) => candidate.number === number);
    const type = field?.scalar === undefined ? WireType.Varint : wireTypeOf(field.scalar);
    const isNested = field?.message !== undefined || field?.fieldKind === 'map';
    const isPacked = field?.fieldKind === 'list' && wireType === WireType.LengthDelimited;
    const isOwn = isNested
      ? wireType === WireType.LengthDelimited || wireType === WireType.StartGroup
      : wireType === type || isPacked;
    if (field !== undefined && !isOwn) return false;
    if (field?.message !== undefined && field.fieldKind !== 'map' && wireType === WireType.LengthDelimited) {
      if (!isReadAlike(field.message, reader.bytes())) return false;
    } else reader.skip(wireType, number);
  }
  return true;
}

describe('canonical form of random messages', () => {
  const random = seeded(7);
  const samples = Array.from({ length: 30_000 }, () => {
    const { message, canonical } = pick(random, messages);
    const json = Buffer.from(randomJson(random, registry, message));
    const binary = decoded(() => reference.codec(message, defaultCodecOptions).toBinary(json));
    return binary === undefined
      ? []
      : [{ message, canonical, binary, other: mutateWire(random, binary, message) }];
  }).flat();

  it('means the same as the bytes it is made of, and is its own canonical form', () => {
    let changed = 0;
    for (const { message, canonical, other } of samples) {
      const form = canonical(other);
      expect(hex(canonical(form))).toBe(hex(form));
      const before = decoded(() => fromBinary(message, other));
      // NaN equals nothing, in protobuf-es as well.
      if (before === undefined || form === other || !equals(message, before, fromBinary(message, other)))
        continue;
      if (decoded(() => isReadAlike(message, other)) !== true) continue;
      changed += 1;
      const after = fromBinary(message, form);
      expect(equals(message, after, before), hex(other)).toBe(true);
      expect(unknownOf(after)).toBe(unknownOf(before));
    }
    expect(changed).toBeGreaterThan(500);
  });

  it('is one for all encodings of a message', () => {
    for (const { message, canonical, binary } of samples) {
      const again = decoded(() => toBinary(message, fromBinary(message, binary)));
      if (again !== undefined) expect(hex(canonical(again))).toBe(hex(canonical(binary)));
    }
  });
});
