import { createFileRegistry, fromBinary, fromJson, type JsonValue, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { compileProtos } from '../../test/support/compile-protos.js';
import { wireFields } from './wire-fields.js';

const image = compileProtos({
  'a.proto': `edition = "2023";
package a;
enum E { E_UNSPECIFIED = 0; E_ONE = 1; }
message M {
  string name = 1; sint64 size = 2; repeated int32 numbers = 3; map<string, bool> flags = 4; M child = 5;
  repeated M items = 6; E kind = 7; bytes blob = 8; map<int32, M> children = 9;
  repeated double reals = 10 [features.repeated_field_encoding = EXPANDED];
  M group = 11 [features.message_encoding = DELIMITED];
}
`,
});
const type = createFileRegistry(fromBinary(FileDescriptorSetSchema, image)).getMessage('a.M');
if (type === undefined) throw new Error('no a.M');
const message = type;
const bytesOf = (json: JsonValue): Uint8Array => toBinary(message, fromJson(message, json));

describe('the records of a message', () => {
  it.each<[JsonValue, readonly (readonly [offset: number, length: number, path: string, value?: string])[]]>([
    [
      { name: 'é', size: '-3' },
      [
        [0, 4, 'name', '"é"'],
        [4, 2, 'size', '-3'],
      ],
    ],
    [{ numbers: [1, 300] }, [[0, 5, 'numbers', '[1, 300]']]],
    [
      { reals: [0.5, 2] },
      [
        [0, 9, 'reals', '0.5'],
        [9, 9, 'reals', '2'],
      ],
    ],
    [{ flags: { a: true } }, [[0, 7, 'flags[a]', 'true']]],
    [{ children: { 7: { name: 'x' } } }, [[0, 9, 'children[7]', '3 bytes']]],
    [
      { kind: 'E_ONE', blob: 'AQI=' },
      [
        [0, 2, 'kind', 'E_ONE'],
        [2, 4, 'blob', 'base64 AQI='],
      ],
    ],
    [
      { child: { child: { name: 'x' }, size: 1 }, items: [{}] },
      [
        [0, 2, 'child'],
        [2, 2, 'child.size', '1'],
        [4, 2, 'child.child'],
        [6, 3, 'child.child.name', '"x"'],
        [9, 2, 'items'],
      ],
    ],
    [{ group: { name: 'x' } }, [[0, 5, 'group', '5 bytes']]],
  ])('%j', (json, rows) => {
    const found = wireFields(message, bytesOf(json), 100);
    expect(
      found.map(({ offset, length, path, value }) => [
        offset,
        length,
        path,
        ...(value === undefined ? [] : [value]),
      ]),
    ).toEqual(rows);
  });

  it('cover every byte, fields that the type does not have too', () => {
    const binary = Buffer.concat([
      bytesOf({ child: { name: 'x', numbers: [1] } }),
      Uint8Array.of(0xa0, 0x06, 0x01),
    ]);
    const rows = wireFields(message, binary, 100);
    expect(rows.reduce((sum, { length }) => sum + length, 0)).toBe(binary.length);
    expect(rows.at(-1)).toMatchObject({ path: '#100', value: '3 bytes' });
  });

  it('end where the bytes are none, and at the most that is wanted', () => {
    expect(wireFields(message, Uint8Array.of(0x10, 0x02, 0x0a, 0x7f), 100).map(({ path }) => path)).toEqual([
      'size',
    ]);
    expect(wireFields(message, bytesOf({ reals: [1, 2, 3] }), 2)).toHaveLength(2);
  });
});
