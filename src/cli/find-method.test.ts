import { describe, expect, it } from 'vitest';
import { compileProtos } from '../../test/support/compile-protos.js';
import { buildRegistry } from '../descriptor/index.js';
import { readMetadata } from './call-metadata.js';
import { findMethod } from './find-method.js';

const binary = compileProtos({
  'a.proto': `syntax = "proto3"; package a.v1; message M {}
    service One { rpc Get(M) returns (M); rpc Only(M) returns (M); } service Two { rpc Get(M) returns (M); }`,
});
const { registry } = buildRegistry([{ label: 'a', binary }]);

describe('a method is found by', () => {
  it.each(['a.v1.One/Only', '/a.v1.One/Only', 'a.v1.One.Only', 'v1.One/Only', 'One.Only', 'Only'])(
    '%s',
    (text) => {
      expect(findMethod(registry, text)).toMatchObject({ name: 'Only' });
    },
  );

  it.each([
    ['Get', 'Get may be a.v1.One.Get or a.v1.Two.Get: say more of its name.'],
    ['ly', 'There is no method "ly".'],
    ['Onli', 'There is no method "Onli". Did you mean Only?'],
    ['', 'There is no method "".'],
  ])('no such text as %j', (text, problem) => {
    expect(findMethod(registry, text)).toEqual({ problem: expect.stringContaining(problem) });
  });
});

describe('metadata', () => {
  it('is text, or bytes where the name says so', () => {
    expect(readMetadata(['X-A: b c', 'x-b-bin:AAH/'])).toEqual([
      ['x-a', 'b c'],
      ['x-b-bin', Buffer.from([0, 1, 255])],
    ]);
  });

  it.each([
    'nonsense',
    ': x',
    'grpc-timeout: 1S',
    ':path: /x',
    'te: trailers',
    'x: é',
    'x: a\r\ny: b',
    'x-bin: %%',
  ])('is not %j', (field) => {
    expect(readMetadata([field])).toHaveProperty('problem');
  });
});
