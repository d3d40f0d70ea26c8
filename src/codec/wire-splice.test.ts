import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codecTypes, fieldOf, testMessage } from '../../test/support/codec-protos.js';
import { StatusError } from '../status/index.js';
import { defaultCodecOptions } from './codec.js';
import { createReferenceCodecs } from './reference.js';
import { readRecords } from './runtime/records.js';
import { appendFragment, findField, removeField } from './wire-splice.js';

const inner = testMessage('Inner');
const modern = testMessage('Modern');
const codecs = createReferenceCodecs(codecTypes, { nestingDepthMax: 100 });
const child = fieldOf(inner, 'child');
const delimited = fieldOf(modern, 'delimited');

function binary(json: string, message = inner): Uint8Array {
  return codecs.codec(message, defaultCodecOptions).toBinary(new TextEncoder().encode(json));
}
function json(bytes: Uint8Array, message = inner): string {
  return new TextDecoder().decode(codecs.codec(message, defaultCodecOptions).toJson(bytes));
}

describe('appendFragment', () => {
  it.each([
    ['{}', 0, '{"quantity":7}'],
    ['{"name":"a"}', 0, '{"name":"a","quantity":7}'],
    ['{}', 1, '{"child":{"quantity":7}}'],
    ['{"child":{"name":"a"},"items":[{}]}', 1, '{"child":{"name":"a","quantity":7},"items":[{}]}'],
    ['{"child":{}}', 3, '{"child":{"child":{"child":{"quantity":7}}}}'],
    ['{"child":{"child":{"name":"x"}}}', 2, '{"child":{"child":{"name":"x","quantity":7}}}'],
  ])('into %s, %i deep', (before, depth, after) => {
    const spliced = appendFragment(binary(before), Array(depth).fill(child), binary('{"quantity":7}'));
    expect(json(spliced)).toBe(after);
    expect(readRecords(spliced).filter((record) => record.number === child.number).length).toBeLessThan(2);
  });

  it('grows the length of what it is put in', () => {
    const name = 'x'.repeat(300);
    const spliced = appendFragment(
      binary('{"child":{"name":"a"}}'),
      [child, child],
      binary(`{"name":"${name}"}`),
    );
    expect(json(spliced)).toBe(`{"child":{"name":"a","child":{"name":"${name}"}}}`);
  });

  it('takes the last of several occurrences and keeps the others', () => {
    const twice = new Uint8Array([...binary('{"child":{"name":"a"}}'), ...binary('{"child":{}}')]);
    const spliced = appendFragment(twice, [child], binary('{"quantity":7}'));
    expect(readRecords(spliced)).toHaveLength(2);
    expect(json(spliced)).toBe('{"child":{"name":"a","quantity":7}}');
  });

  it('speaks groups', () => {
    const fragment = binary('{"implicit":5}', modern);
    const spliced = appendFragment(
      binary('{"delimited":{"explicit":"a"}}', modern),
      [delimited, delimited],
      fragment,
    );
    expect(json(spliced, modern)).toBe('{"delimited":{"explicit":"a","delimited":{"implicit":5}}}');
  });
});

describe('findField', () => {
  it.each([
    ['{"name":"a","quantity":7}', ['quantity'], '{"quantity":7}'],
    ['{"child":{"quantity":7,"name":"b"}}', ['child', 'quantity'], '{"quantity":7}'],
  ])('in %s, %j', (whole, path, found) => {
    expect(
      findField(
        binary(whole),
        path.map((name) => fieldOf(inner, name)),
      ),
    ).toEqual(binary(found));
  });
  it.each([
    ['{}', ['quantity']],
    ['{"child":{}}', ['child', 'quantity']],
    ['{"quantity":1}', ['child', 'quantity']],
  ])('not in %s, %j', (whole, path) => {
    expect(
      findField(
        binary(whole),
        path.map((name) => fieldOf(inner, name)),
      ),
    ).toBeUndefined();
  });
  it('finds the last occurrence, through groups as well', () => {
    expect(findField(new Uint8Array([0x10, 1, 0x10, 2]), [fieldOf(inner, 'quantity')])).toEqual(
      new Uint8Array([0x10, 2]),
    );
    const whole = binary('{"delimited":{"implicit":5}}', modern);
    expect(findField(whole, [delimited, fieldOf(modern, 'implicit')])).toEqual(new Uint8Array([0x10, 5]));
  });
});

describe('removeField', () => {
  it.each([
    ['{"name":"a","quantity":7}', ['quantity'], '{"name":"a"}'],
    [
      '{"child":{"quantity":7,"name":"b"},"quantity":1}',
      ['child', 'quantity'],
      '{"child":{"name":"b"},"quantity":1}',
    ],
    ['{"child":{"child":{"quantity":7}}}', ['child', 'child'], '{"child":{}}'],
    ['{"child":{"child":{"quantity":7}}}', ['child', 'child', 'quantity'], '{"child":{"child":{}}}'],
  ])('from %s, %j', (whole, path, rest) => {
    const fields = path.map((name) => fieldOf(inner, name));
    expect(json(removeField(binary(whole), fields))).toBe(json(binary(rest)));
  });
  it('takes every occurrence, in every piece of a message around it, and in groups', () => {
    const twice = new Uint8Array([0x10, 1, ...binary('{"name":"a"}'), 0x10, 2]);
    expect(removeField(twice, [fieldOf(inner, 'quantity')])).toEqual(binary('{"name":"a"}'));
    const pieces = new Uint8Array([0x1a, 2, 0x10, 1, 0x1a, 4, 0x10, 2, 0x10, 3]);
    expect([...removeField(pieces, [child, fieldOf(inner, 'quantity')])]).toEqual([0x1a, 0, 0x1a, 0]);
    const group = binary('{"delimited":{"implicit":5,"explicit":"a"}}', modern);
    expect(json(removeField(group, [delimited, fieldOf(modern, 'implicit')]), modern)).toBe(
      '{"delimited":{"explicit":"a"}}',
    );
  });
  it('gives the very bytes back where there is nothing to take', () => {
    const whole = binary('{"child":{"name":"b"}}');
    expect(removeField(whole, [child, fieldOf(inner, 'quantity')])).toBe(whole);
  });
});

describe('malformed binary', () => {
  it('ends in bytes or a StatusError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        for (const work of [
          () => appendFragment(bytes, [child, child], new Uint8Array([0x10, 1])),
          () => findField(bytes, [child, fieldOf(inner, 'quantity')]),
          () => removeField(bytes, [child, fieldOf(inner, 'quantity')]),
        ]) {
          try {
            work();
          } catch (error) {
            expect(error).toBeInstanceOf(StatusError);
          }
        }
      }),
      { numRuns: 2_000 },
    );
  });
  it.each([[[0x1a, 5, 1]], [[0x1c]], [[0x1b, 0x24]], [[0x10]], [[0x07]]])('%j is INTERNAL', (bytes) => {
    expect(() => appendFragment(new Uint8Array(bytes), [child], new Uint8Array(0))).toThrow(StatusError);
  });
});
