import { expect, it } from 'vitest';
import { codecTypes } from '../../test/support/codec-protos.js';
import { createAnyPrinter } from './any-printer.js';
import { createCompiledCodecs } from './compiled.js';

const print = createAnyPrinter(createCompiledCodecs(codecTypes, { nestingDepthMax: 100 }));

it.each<[string, string, readonly number[], object]>([
  ['no type', '', [1], { value: 'AQ==' }],
  ['a known type', 'a/test.Inner', [0x0a, 1, 0x78], { name: 'x' }],
  ['a well-known type', 'a/google.protobuf.Duration', [0x08, 1], { value: '1s' }],
  ['an unknown type', 'a/test.Missing', [1, 2], { value: 'AQI=' }],
  ['bytes that are no message of the type', 'a/test.Inner', [0xff], { value: '/w==' }],
])('%s', (_, typeUrl, value, expected) => {
  const json = JSON.parse(Buffer.from(print({ typeUrl, value: new Uint8Array(value) })).toString());
  expect(json).toEqual({ '@type': typeUrl, ...expected });
});
