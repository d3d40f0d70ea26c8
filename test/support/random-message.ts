import type { DescEnum, DescField, DescMessage, Registry } from '@bufbuild/protobuf';
import { ScalarType } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** Numbers from 0 to 1, the same for the same seed. */
export type Random = () => number;

export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function pick<T>(random: Random, values: readonly T[]): T {
  const value = values[Math.floor(random() * values.length)];
  if (value === undefined) throw new RangeError('nothing to pick from');
  return value;
}

const integers = [
  '0',
  '1',
  '-1',
  '127',
  '128',
  '255',
  '16384',
  '2147483647',
  '-2147483648',
  '2147483648',
  '4294967295',
];
const wide = [
  ...integers,
  '4294967296',
  '-4294967297',
  '9007199254740991',
  '9007199254740993',
  '-9007199254740993',
  '999999999999999',
  '1000000000000000',
  '9223372036854775807',
  '-9223372036854775808',
  '18446744073709551615',
  '9223372036854775808',
];
const odd = [
  '1.0',
  '1e2',
  '-0',
  '1.5',
  '1e-1',
  '100e-2',
  '0.0',
  '01',
  '1e400',
  '-',
  '1.',
  '2e1',
  '12345678901234567890123',
];
const reals = [
  '0',
  '-0',
  '1',
  '0.1',
  '-2.5',
  '3.4028235e38',
  '1e-45',
  '5e-324',
  '1.7976931348623157e308',
  '123456.789',
  '0.30000000000000004',
  '1e21',
  '1E-7',
  '16777217',
  '0.000001',
  '33554433.5',
];
const texts = [
  '',
  'a',
  'plain text',
  'é',
  '😀',
  '\u0000',
  '"',
  '\\',
  '\n\t',
  '\u2028',
  '\u007f',
  'x'.repeat(127),
  'y'.repeat(128),
  'z'.repeat(400),
  `${'q'.repeat(200)}"é`,
  'null',
  '__proto__',
];

/** JSON text of a random value of the message; mostly valid, sometimes not. */
export function randomJson(random: Random, types: Registry, message: DescMessage, depth = 0): string {
  switch (message.typeName) {
    case 'google.protobuf.Any':
      return randomAny(random, types, depth);
    case 'google.protobuf.Timestamp':
      return JSON.stringify(
        pick(random, [
          '1970-01-01T00:00:00Z',
          '0001-01-01T00:00:00Z',
          '9999-12-31T23:59:59.999999999Z',
          '2024-02-29T12:30:00.5Z',
          '2023-02-29T00:00:00Z',
          '1900-02-29T00:00:00Z',
          '2000-02-29T23:59:59.123456Z',
          '1969-12-31T23:59:59.000000001Z',
          '2024-06-01T10:00:00+05:30',
          '2024-06-01T10:00:00.1-00:01',
          '2024-06-01T10:00:00.Z',
          '2024-06-01t10:00:00Z',
          '0000-01-01T00:00:00Z',
          '2024-00-01T00:00:00Z',
          '1600-03-01T00:00:00Z',
        ]),
      );
    case 'google.protobuf.Duration':
      return JSON.stringify(
        pick(random, [
          '0s',
          '1s',
          '-1.5s',
          '0.000000001s',
          '-0.1s',
          '315576000000s',
          '315576000001s',
          '1',
          '-0s',
          '1.0s',
        ]),
      );
    case 'google.protobuf.FieldMask':
      return JSON.stringify(pick(random, ['', 'a', 'fooBar,b', 'a.bC', 'foo_bar', 'a,,b', ' a']));
    case 'google.protobuf.Struct':
      return randomStruct(random, depth);
    case 'google.protobuf.Value':
      return randomValue(random, depth);
    case 'google.protobuf.ListValue':
      return `[${times(random, 3, () => randomValue(random, depth + 1))}]`;
  }
  if (message.typeName.endsWith('Value') && message.typeName.startsWith('google.protobuf.'))
    return randomScalar(random, message.fields[0]?.scalar ?? ScalarType.STRING);
  return `{${randomMembers(random, types, message, depth).join(blank(random, ','))}}`;
}

function randomMembers(random: Random, types: Registry, message: DescMessage, depth: number): string[] {
  const share = depth > 3 ? 0.02 : depth > 1 ? 0.1 : 4 / Math.max(4, message.fields.length);
  const members = message.fields
    .filter(() => random() < share)
    .map(
      (field) =>
        `${randomKey(random, field)}${blank(random, ':')}${randomField(random, types, field, depth)}`,
    );
  if (random() < 0.03)
    members.push(`${JSON.stringify(pick(random, ['nope', 'f_nope', '', 'é']))}:${randomValue(random, 3)}`);
  if (random() < 0.02) members.push(...members.slice(0, 1));
  for (const extension of message.proto.extensionRange.length > 0
    ? ['test.extended', 'test.extended_list', 'test.none']
    : [])
    if (random() < 0.2)
      members.push(
        `"[${extension}]":${extension === 'test.extended' ? randomScalar(random, ScalarType.INT32) : '["a","b"]'}`,
      );
  if (random() < 0.3) members.sort(() => random() - 0.5);
  return members;
}

function randomKey(random: Random, field: DescField): string {
  const key = JSON.stringify(random() < 0.8 ? field.jsonName : field.name);
  if (random() > 0.02) return key;
  return key.replace(/[a-z]/, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`);
}

function blank(random: Random, text: string): string {
  return random() < 0.1 ? ` ${text}\n\t` : text;
}

function randomField(random: Random, types: Registry, field: DescField, depth: number): string {
  if (random() < 0.03) return 'null';
  if (random() < 0.02)
    return pick(random, ['{}', '[]', '"x"', 'true', '0', '1e', 'nul', '"\\ud800"', '"\\u00']);
  switch (field.fieldKind) {
    case 'list':
      return `[${times(random, 4, () => randomElement(random, types, field, depth))}]`;
    case 'map': {
      const entry = () =>
        `${randomMapKey(random, field.mapKey)}:${randomElement(random, types, field, depth)}`;
      return `{${times(random, random() < 0.02 ? 60 : 4, entry)}}`;
    }
    default:
      return randomElement(random, types, field, depth);
  }
}

function times(random: Random, most: number, make: () => string): string {
  return Array.from({ length: Math.floor(random() * (most + 1)) }, make).join(',');
}

function randomElement(random: Random, types: Registry, field: DescField, depth: number): string {
  if (random() < 0.01) return 'null';
  if (field.enum !== undefined) return randomEnum(random, field.enum);
  if (field.message !== undefined) return randomJson(random, types, field.message, depth + 1);
  return randomScalar(random, field.scalar ?? ScalarType.INT32);
}

function randomEnum(random: Random, desc: DescEnum): string {
  if (random() < 0.6) return JSON.stringify(pick(random, desc.values).name);
  return pick(random, ['0', '1', '77', '-3', '"NOPE"', '"1"', '1.0', '2147483648', 'null', 'true']);
}

function randomMapKey(random: Random, type: ScalarType): string {
  switch (type) {
    case ScalarType.STRING:
      return JSON.stringify(random() < 0.6 ? `k${Math.floor(random() * 200)}` : pick(random, texts));
    case ScalarType.BOOL:
      return pick(random, ['"true"', '"false"', '"1"', '"TRUE"']);
    default:
      return JSON.stringify(pick(random, random() < 0.9 ? wide : odd));
  }
}

function randomScalar(random: Random, type: ScalarType): string {
  switch (type) {
    case ScalarType.BOOL:
      return pick(random, ['true', 'false', '"true"']);
    case ScalarType.STRING: {
      const text = JSON.stringify(pick(random, texts));
      return random() < 0.1
        ? text.replace(/[a-z]/, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`)
        : text;
    }
    case ScalarType.BYTES:
      return JSON.stringify(
        pick(random, [
          '',
          'AA==',
          'AA',
          '+/8=',
          '-_8',
          'AAAA',
          'AAAAAA==',
          'A',
          'A===',
          'AA=',
          '=',
          '!!',
          'QUJD'.repeat(60),
        ]),
      );
    case ScalarType.FLOAT:
    case ScalarType.DOUBLE:
      return pick(random, [
        ...reals,
        ...integers,
        '"NaN"',
        '"Infinity"',
        '"-Infinity"',
        '"1.5"',
        '1e400',
        '01',
        '"1 "',
        `${random()}`,
        `${Math.fround(random() * 1000)}`,
      ]);
    default: {
      const text = pick(random, random() < 0.85 ? wide : odd);
      return random() < 0.4 ? JSON.stringify(text) : text;
    }
  }
}

function randomValue(random: Random, depth: number): string {
  const kind = Math.floor(random() * (depth > 4 ? 5 : 7));
  switch (kind) {
    case 0:
      return 'null';
    case 1:
      return pick(random, [...reals, '-0.0', '1e400']);
    case 2:
      return JSON.stringify(pick(random, texts));
    case 3:
      return 'true';
    case 4:
      return 'false';
    case 5:
      return randomStruct(random, depth + 1);
    default:
      return `[${times(random, 3, () => randomValue(random, depth + 1))}]`;
  }
}

function randomStruct(random: Random, depth: number): string {
  return `{${times(random, 4, () => `${randomMapKey(random, ScalarType.STRING)}:${randomValue(random, depth + 1)}`)}}`;
}

function randomAny(random: Random, types: Registry, depth: number): string {
  if (random() < 0.1)
    return pick(random, ['{}', '{"@type":"x"}', '{"@type":"a/no.Such"}', '{"@type":1}', '{"value":1}']);
  const name = pick(random, [
    'test.Inner',
    'google.protobuf.Duration',
    'google.protobuf.Any',
    'google.protobuf.Empty',
    'google.protobuf.Struct',
    'google.protobuf.Int64Value',
    'test.Legacy',
  ]);
  const message = types.getMessage(name);
  if (message === undefined || depth > 5) return '{}';
  const type = `"@type":"type.googleapis.com/${name}"`;
  const own = name.startsWith('google.protobuf.');
  const members = own
    ? [type, `"value":${randomJson(random, types, message, depth + 1)}`]
    : [type, ...randomMembers(random, types, message, depth + 1)];
  if (random() < 0.3) members.reverse();
  if (random() < 0.03) members.push(pick(random, [type, '"x":1', '"value":1']));
  return `{${members.join(',')}}`;
}

/** One record of a message, as it stands on the wire. */
interface RawRecord {
  readonly number: number;
  readonly wireType: number;
  readonly bytes: Uint8Array;
  readonly content: Uint8Array;
}

/** The same message in another order and with other pieces, or damaged. */
export function mutateWire(random: Random, binary: Uint8Array, message: DescMessage, depth = 0): Uint8Array {
  const records = split(binary);
  if (records === undefined) return binary;
  const out: Uint8Array[] = [];
  for (const record of records) {
    const field = message.fields.find((candidate) => candidate.number === record.number);
    const inner =
      field?.fieldKind === 'message' || (field?.fieldKind === 'list' && field.listKind === 'message')
        ? field.message
        : undefined;
    if (inner !== undefined && record.wireType === 2 && random() < 0.7) {
      const content = mutateWire(random, record.content, inner, depth + 1);
      const parts = split(content);
      if (field?.fieldKind === 'message' && parts !== undefined && parts.length > 1 && random() < 0.4) {
        const at = 1 + Math.floor(random() * (parts.length - 1));
        out.push(wrap(record.number, join(parts.slice(0, at).map((part) => part.bytes))));
        out.push(wrap(record.number, join(parts.slice(at).map((part) => part.bytes))));
      } else out.push(wrap(record.number, content));
    } else out.push(record.bytes);
    if (random() < 0.06) out.push(record.bytes);
    if (random() < 0.04) out.push(unknownRecord(random));
  }
  if (random() < 0.3) out.sort(() => random() - 0.5);
  const whole = join(out);
  if (depth > 0 || random() < 0.7 || whole.length === 0) return whole;
  if (random() < 0.5) return whole.slice(0, Math.floor(random() * whole.length));
  const damaged = whole.slice();
  damaged[Math.floor(random() * whole.length)] = Math.floor(random() * 256);
  return damaged;
}

function unknownRecord(random: Random): Uint8Array {
  const writer = new BinaryWriter();
  const number = pick(random, [19, 99, 536870911, 3]);
  switch (Math.floor(random() * 4)) {
    case 0:
      return writer.tag(number, WireType.Varint).uint64('18446744073709551615').finish();
    case 1:
      return writer.tag(number, WireType.Bit64).double(1).finish();
    case 2:
      return writer
        .tag(number, WireType.StartGroup)
        .tag(1, WireType.Varint)
        .int32(1)
        .tag(number, WireType.EndGroup)
        .finish();
    default:
      return writer.tag(number, WireType.LengthDelimited).string('unknown').finish();
  }
}

function wrap(number: number, content: Uint8Array): Uint8Array {
  return new BinaryWriter().tag(number, WireType.LengthDelimited).bytes(content).finish();
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** Records of well-formed bytes; undefined for anything else, and for groups. */
function split(binary: Uint8Array): RawRecord[] | undefined {
  const records: RawRecord[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = binary[at++];
      if (byte === undefined) return Number.NaN;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < binary.length) {
    const start = at;
    const tag = varint();
    let content = at;
    if (tag % 8 === 0) varint();
    else if (tag % 8 === 1) at += 8;
    else if (tag % 8 === 5) at += 4;
    else if (tag % 8 === 2) {
      const length = varint();
      content = at;
      at += length;
    } else return undefined;
    if (Number.isNaN(at) || at > binary.length) return undefined;
    records.push({
      number: Math.floor(tag / 8),
      wireType: tag % 8,
      bytes: binary.slice(start, at),
      content: binary.slice(content, at),
    });
  }
  return records;
}
