import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { expect, it } from 'vitest';
import { codecTypes } from '../../test/support/codec-protos.js';
import { statusJson } from '../status/index.js';
import { createAnyPrinter } from './any-printer.js';
import { createCompiledCodecs } from './compiled.js';

const print = createAnyPrinter(createCompiledCodecs(codecTypes, { nestingDepthMax: 100 }));

/** A test.Inner. */
const named = (name: string): readonly number[] => [
  ...new BinaryWriter().tag(1, WireType.LengthDelimited).string(name).finish(),
];

it.each<[string, string, readonly number[], object]>([
  ['no type', '', [1], { value: 'AQ==' }],
  ['a known type', 'a/test.Inner', [0x0a, 1, 0x78], { name: 'x' }],
  ['a well-known type', 'a/google.protobuf.Duration', [0x08, 1], { value: '1s' }],
  ['a value of two bytes of length', 'a/test.Inner', named('x'.repeat(197)), { name: 'x'.repeat(197) }],
  ['a value of three', 'a/test.Inner', named('x'.repeat(20_000)), { name: 'x'.repeat(20_000) }],
  ['an unknown type', 'a/test.Missing', [1, 2], { value: 'AQI=' }],
  ['bytes that are no message of the type', 'a/test.Inner', [0xff], { value: '/w==' }],
])('as a detail of a status: %s', (_, typeUrl, value, expected) => {
  const status = { code: 5, message: '', details: [{ typeUrl, value: new Uint8Array(value) }] };
  const { details } = JSON.parse(Buffer.from(statusJson(status, print)).toString());
  expect(details).toEqual([{ '@type': typeUrl, ...expected }]);
});
