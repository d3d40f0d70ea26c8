import { create, fromBinary, fromJsonString, type MessageShape, toBinary, toJson } from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import { describe, expect, it } from 'vitest';
import { compileProtos } from '../../test/support/compile-protos.js';
import { type Random, randomJson, seeded } from '../../test/support/random-message.js';
import { buildRegistry, type DescField, type DescMessage } from '../descriptor/index.js';
import { omitFields } from './omit-fields.js';
import { MalformedBinaryError } from './runtime/records.js';

const { registry } = buildRegistry([
  {
    label: 't',
    binary: compileProtos({
      't.proto': `edition = "2023";
package t;
message M {
  string a = 1; string x_a = 2; M m = 3; repeated M many = 4; map<string, M> by_name = 5;
  M group = 6 [features.message_encoding = DELIMITED]; repeated int64 x_numbers = 7; map<int32, string> x_map = 8;
  M x_m = 9; oneof o { string left = 10; double x_right = 11; } fixed64 f = 12; fixed32 x_f = 13; N n = 5000;
  M x_group = 15 [features.message_encoding = DELIMITED];
}
message N { string only = 1; }
`,
    }),
  },
]);
const type = (name: string): DescMessage => {
  const found = registry.message(name);
  if (found === undefined) throw new Error(name);
  return found;
};
const message = type('t.M');
const isOmitted = ({ name }: DescField): boolean => name.startsWith('x_');

/** What omitFields is to do, on decoded messages. */
function clear(value: ReflectMessage): void {
  for (const field of value.fields) {
    if (isOmitted(field)) value.clear(field);
    else if (!value.isSet(field)) continue;
    else if (field.fieldKind === 'message') clear(value.get(field));
    else if (field.fieldKind === 'list' && field.listKind === 'message')
      for (const item of value.get(field)) clear(item as ReflectMessage);
    else if (field.fieldKind === 'map' && field.mapKind === 'message')
      for (const item of value.get(field).values()) clear(item as ReflectMessage);
  }
}

const json = (value: MessageShape<DescMessage>) => toJson(message, value);

/** Random JSON is not always valid. */
function randomBinary(random: Random): Uint8Array | undefined {
  const text = randomJson(random, registry.types, message);
  try {
    return toBinary(message, fromJsonString(message, text));
  } catch {
    return undefined;
  }
}

describe('fields left out of a message', () => {
  const omit = omitFields(message, isOmitted, [], 100);
  if (omit === undefined) throw new Error('nothing to omit');

  it('are those that a decoder would have cleared, in random messages', () => {
    const random = seeded(7);
    let changed = 0;
    for (let turn = 0; turn < 3_000; turn++) {
      const binary = randomBinary(random);
      if (binary === undefined) continue;
      const wanted = fromBinary(message, binary);
      clear(reflect(message, wanted));
      const without = omit(binary);
      if (without.length !== binary.length) changed += 1;
      expect(json(fromBinary(message, without))).toEqual(json(wanted));
      expect(omit(without)).toBe(without);
    }
    expect(changed).toBeGreaterThan(200);
  });

  it('leave a message that has none as it is', () => {
    const binary = toBinary(message, create(message));
    expect(omit(binary)).toBe(binary);
    expect(omitFields(type('t.N'), isOmitted, [], 100)).toBeUndefined();
  });

  it.each<[string, readonly number[], readonly number[]]>([
    ['a tag longer than it need be', [0x92, 0x80, 0x00, 0x01, 0x61, 0x0a, 0], [0x0a, 0]],
    ['of another wire type', [0x10, 1, 0x0a, 0], [0x0a, 0]],
    [
      'in every piece of a split message',
      [0x1a, 2, 0x12, 0, 0x1a, 4, 0x12, 0, 0x0a, 0],
      [0x1a, 0, 0x1a, 2, 0x0a, 0],
    ],
    ['in a group', [0x33, 0x12, 1, 0x61, 0x34], [0x33, 0x34]],
    ['as a group', [0x7b, 0x0a, 0, 0x7c, 0x0a, 0], [0x0a, 0]],
  ])('are found %s', (_, binary, without) => {
    expect([...omit(Uint8Array.from(binary))]).toEqual(without);
  });

  it.each<[string, readonly number[]]>([
    ['a cut value', [0x12, 5, 0x61]],
    ['a cut group', [0x33, 0x12, 0]],
    ['the end of another group', [0x33, 0x3c]],
    ['a nested cut value', [0x1a, 2, 0x12, 5]],
    ['an end without a group', [0x34]],
    ['field 0', [0x02, 0]],
    ['an endless varint', Array.from({ length: 12 }, () => 0x80)],
  ])('are not looked for in what is no message: %s', (_, binary) => {
    expect(() => omit(Uint8Array.from(binary))).toThrow(MalformedBinaryError);
  });

  it('are not looked for deeper than any parser goes', () => {
    let nested = Uint8Array.of(0x12, 0);
    for (let depth = 0; depth < 60; depth++) nested = Uint8Array.of(0x1a, nested.length, ...nested);
    expect(omit(nested).length).toBeGreaterThan(0);
    expect(() => omitFields(message, isOmitted, [], 50)?.(nested)).toThrow(MalformedBinaryError);
  });

  it('stay where they are kept', () => {
    const keeping = omitFields(message, isOmitted, ['x_a', 'm.x_a'], 100);
    const own = [0x12, 1, 0x61];
    const inM = [0x1a, 3, ...own];
    const inMM = [0x1a, 5, 0x1a, 3, ...own];
    const inMany = [0x22, 3, ...own];
    const binary = Uint8Array.from([...own, ...inM, ...inMM, ...inMany]);
    expect([...(keeping?.(binary) ?? [])]).toEqual([...own, ...inM, 0x1a, 2, 0x1a, 0, 0x22, 0]);
  });
});
