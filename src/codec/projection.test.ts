import { describe, expect, it } from 'vitest';
import { codecTypes, fieldOf, testMessage } from '../../test/support/codec-protos.js';
import { type CodecFactory, defaultCodecOptions } from './codec.js';
import { createCompiledCodecs } from './compiled.js';
import { projectBinary } from './project-binary.js';
import { parseProjection } from './projection.js';
import { createReferenceCodecs } from './reference.js';

const everything = testMessage('Everything');
const limits = { nestingDepthMax: 100 };
const compiled = createCompiledCodecs(codecTypes, limits);
const factories: readonly (readonly [string, CodecFactory])[] = [
  ['compiled', compiled],
  ['reference', createReferenceCodecs(codecTypes, limits)],
];

const full = {
  fInt32: 1,
  rInt32: [1, 2],
  kString: { 'a.b': 'x', c: 'y' },
  kInt32: { 1: 'one', 2: 'two' },
  inner: { name: 'n', quantity: 3, child: { name: 'c', quantity: 4 } },
  items: [{ name: 'i', quantity: 5 }, { quantity: 6 }],
  innerMap: { p: { name: 'p', quantity: 7 }, q: { quantity: 8 } },
  choiceText: 't',
  fooBar: 'f',
  timestamp: '2026-01-01T00:00:00Z',
  struct: { any: 'thing' },
};

const binary = compiled.codec(everything, defaultCodecOptions).toBinary(Buffer.from(JSON.stringify(full)));

const json = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString());

describe('a partial response holds what its mask names', () => {
  const rows: readonly (readonly [mask: string, json: object])[] = [
    ['', full],
    ['*', full],
    ['fInt32', { fInt32: 1 }],
    ['f_int32', { fInt32: 1 }],
    ['fInt32,fooBar', { fInt32: 1, fooBar: 'f' }],
    [' fInt32 , fooBar ', { fInt32: 1, fooBar: 'f' }],
    ['fInt64', {}],
    ['rInt32', { rInt32: [1, 2] }],
    ['inner.name', { inner: { name: 'n' } }],
    ['inner/name', { inner: { name: 'n' } }],
    ['inner(name,child/quantity)', { inner: { name: 'n', child: { quantity: 4 } } }],
    ['inner(child(name))', { inner: { child: { name: 'c' } } }],
    ['inner.child,inner.child.name', { inner: { child: { name: 'c', quantity: 4 } } }],
    ['inner.child.name,inner', { inner: full.inner }],
    ['inner/*', { inner: full.inner }],
    ['inner.child.child', { inner: { child: {} } }],
    ['items.name', { items: [{ name: 'i' }, {}] }],
    ['items(quantity)', { items: [{ quantity: 5 }, { quantity: 6 }] }],
    ['kString', { kString: full.kString }],
    ['kString.c', { kString: { c: 'y' } }],
    ['kString.`a.b`', { kString: { 'a.b': 'x' } }],
    ['kString.*', { kString: full.kString }],
    ['kString.none', {}],
    ['kInt32.2', { kInt32: { 2: 'two' } }],
    ['innerMap.p', { innerMap: { p: { name: 'p', quantity: 7 } } }],
    ['innerMap.*.name', { innerMap: { p: { name: 'p' }, q: {} } }],
    ['innerMap(p/name,q)', { innerMap: { p: { name: 'p' }, q: { quantity: 8 } } }],
    ['innerMap.*,innerMap.p.name', { innerMap: full.innerMap }],
    ['choiceText', { choiceText: 't' }],
    ['timestamp,struct', { timestamp: full.timestamp, struct: full.struct }],
  ];
  describe.each(factories)('%s', (_name, factory) => {
    it.each(rows)('%j → %j', (mask, expected) => {
      const wanted = parseProjection(mask, everything, 32);
      expect(json(factory.codec(everything, defaultCodecOptions).toJson(binary, wanted))).toEqual(expected);
    });

    it('of a field alone is relative to the value', () => {
      const of = (name: string, mask: string): unknown => {
        const field = fieldOf(everything, name);
        return json(
          factory.field(field, defaultCodecOptions).toJson(binary, parseProjection(mask, field, 32)),
        );
      };
      expect(of('inner', 'name')).toEqual({ name: 'n' });
      expect(of('items', 'name')).toEqual([{ name: 'i' }, {}]);
      expect(of('inner_map', '*/name')).toEqual({ p: { name: 'p' }, q: {} });
    });

    it('emits the defaults of what is wanted only', () => {
      const wanted = parseProjection('fInt64,inner(name,quantity),rBool', everything, 32);
      expect(
        json(
          factory.codec(everything, { ...defaultCodecOptions, emitDefaults: true }).toJson(binary, wanted),
        ),
      ).toEqual({ fInt64: '0', inner: { name: 'n', quantity: 3 }, rBool: [] });
    });
  });

  it.each(rows)('as protobuf, %j → %j', (mask, expected) => {
    const wanted = parseProjection(mask, everything, 32);
    const some = wanted === undefined ? binary : projectBinary(everything, binary, wanted);
    const printed = json(compiled.codec(everything, defaultCodecOptions).toJson(some));
    expect(printed).toEqual(expected);
  });
});

describe('a mask that names nothing is refused', () => {
  it.each([
    ['fInt3', '"fInt3" is no field of test.Everything (did you mean "fInt32"?)'],
    ['inner.nmae', '"nmae" is no field of test.Inner (did you mean "name"?)'],
    ['fInt32.x', '"x" stands below a field without fields of its own'],
    ['timestamp.seconds', '"seconds" stands below a field without fields of its own'],
    ['struct.any', '"any" stands below a field without fields of its own'],
    ['kString.c.d', '"d" stands below a field without fields of its own'],
    ['*.name', '"*" stands for all fields, and nothing may follow it'],
    [`inner${'.child'.repeat(40)}`, 'a path has more than 32 steps'],
  ])('%s: %s', (mask, message) => {
    expect(() => parseProjection(mask, everything, 32)).toThrow(message);
  });

  it.each([
    ',',
    'a,',
    'fInt32,',
    'inner(',
    'inner(name',
    'inner)',
    'inner(name))',
    'inner..name',
    'inner()',
    'inner.',
    '.inner',
    'kString.`a',
    'inner name',
  ])('%j is malformed', (mask) => {
    expect(() => parseProjection(mask.replace('a,', 'fInt32,'), everything, 32)).toThrow(
      'it is malformed at',
    );
  });
});
