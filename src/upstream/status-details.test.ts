import { create, toBinary } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStatusDetails } from './status-details.js';

/** Field 3 of google.rpc.Status around one Any, as protobuf's own runtime writes the Any. */
function detail(typeUrl: string, value: Uint8Array): Buffer {
  const any = toBinary(AnySchema, create(AnySchema, { typeUrl, value }));
  const length = any.length < 128 ? [any.length] : [(any.length & 0x7f) | 0x80, any.length >> 7];
  return Buffer.from([0x1a, ...length, ...any]);
}

const hex = (text: string): Uint8Array => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('parseStatusDetails', () => {
  it('reads every Any in order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ maxLength: 20 }), fc.uint8Array({ maxLength: 200 }))),
        (details) => {
          const binary = Buffer.concat([
            hex('08 05 12 01 78'),
            ...details.map(([url, value]) => detail(url, value)),
          ]);
          expect(parseStatusDetails(binary)).toEqual(details.map(([typeUrl, value]) => ({ typeUrl, value })));
        },
      ),
    );
  });

  it.each([
    ['nothing', '', []],
    ['code and message only', '0805 120178', []],
    ['an empty Any', '1a00', [{ typeUrl: '', value: new Uint8Array() }]],
    [
      'unknown fields of every wire type',
      '2001 290000000000000000 320161 3d00000000 1a030a0161',
      [{ typeUrl: 'a', value: new Uint8Array() }],
    ],
    ['unknown fields in an Any', '1a05 1801 0a0161', [{ typeUrl: 'a', value: new Uint8Array() }]],
    ['a negative code', '08ffffffffffffffffff01', []],
  ])('accepts %s', (_, binary, details) => {
    expect(parseStatusDetails(hex(binary))).toEqual(details);
  });

  it.each([
    ['a cut tag', '9a'],
    ['a cut length', '1a80'],
    ['a cut Any', '1a05 0a01'],
    ['a cut fixed64', '2900'],
    ['a length past the end', '1affffffff0f'],
    ['a length past 2^53', '1affffffffffffffffff01'],
    ['field number 0', '0200'],
    ['a group', '1b1c'],
    ['wire type 7', '0f'],
    ['a varint without end', '08ffffffffffffffffffff'],
    ['a type URL that is not UTF-8', '1a030a01ff'],
  ])('refuses %s', (_, binary) => {
    expect(parseStatusDetails(hex(binary))).toBeUndefined();
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (binary) => {
        parseStatusDetails(binary);
      }),
    );
  });
});
