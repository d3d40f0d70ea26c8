import { describe, expect, it } from 'vitest';
import { contractProtos, outlineOf } from '../../../test/support/openapi.js';
import { createCompiledCodecs, defaultCodecOptions, textField } from '../../codec/index.js';
import { defaultLimits } from '../../limits.js';
import { typeChange } from './type-change.js';
import { typeOf, type ValueKind } from './value-type.js';

/** Types of fields, and JSON that clients may send for them, the extremes included. */
const samples: Readonly<Partial<Record<ValueKind, readonly [type: string, ...json: string[]]>>> = {
  int32: ['int32', '0', '-1', '2147483647', '-2147483648', '1.0'],
  uint32: ['uint32', '0', '1', '4294967295'],
  int64: ['int64', '"0"', '5', '"9223372036854775807"', '"-9223372036854775808"'],
  uint64: ['uint64', '"0"', '5', '"18446744073709551615"'],
  float: ['float', '0.5', '-3', '"NaN"', '"Infinity"', '3.4e38'],
  double: ['double', '0.5', '-3', '"NaN"', '1e300'],
  bool: ['bool', 'true', 'false'],
  string: ['string', '""', '"a b"', '"5"', '"ä"'],
  bytes: ['bytes', '"AQI="', '""'],
  enum: ['Kind', '"NEW"', '1', '"KIND_UNSPECIFIED"'],
  timestamp: ['google.protobuf.Timestamp', '"2026-01-31T12:00:00Z"'],
  duration: ['google.protobuf.Duration', '"1.5s"', '"-3s"'],
  'field mask': ['google.protobuf.FieldMask', '"a,b.c"'],
  struct: ['google.protobuf.Struct', '{"a":1}', '{}'],
  value: ['google.protobuf.Value', '1', '"a"', '[{}]'],
  'list of values': ['google.protobuf.ListValue', '[1,"a"]', '[]'],
  object: ['Part', '{"id":"a"}', '{}'],
};
const kinds = Object.entries(samples) as [ValueKind, [string, ...string[]]][];

const fields = kinds.map(([, [type]], index) => `${type} f${index} = ${index + 1};`).join(' ');
const { registry } = outlineOf(
  contractProtos(`message All { ${fields} } message Part { string id = 1; }
    enum Kind { KIND_UNSPECIFIED = 0; NEW = 1; }`),
);
const all = registry.message('t.v1.All');
const codec = all && createCompiledCodecs(registry.types, defaultLimits).codec(all, defaultCodecOptions);

/** Whether the gateway takes JSON, or what it is in a URL, for a field. */
function takes(index: number, json: string, use: 'body' | 'text'): boolean {
  const field = all?.fields.find(({ name }) => name === `f${index}`);
  if (field === undefined || codec === undefined) throw new Error('no field');
  try {
    if (use === 'body') codec.toBinary(Buffer.from(`{"f${index}":${json}}`));
    else {
      const text = textField(field);
      if ('problem' in text) return false;
      text.encode(json.replace(/^"(.*)"$/, '$1'));
    }
    return true;
  } catch {
    return false;
  }
}

const pairs = kinds.flatMap(([before], from) =>
  kinds.flatMap(([after], to) => (from === to ? [] : [{ before, after, from, to }])),
);
const changeOf = ({ before, after }: (typeof pairs)[number], use: 'body' | 'text') =>
  typeChange({ kind: before, isWrapped: false }, { kind: after, isWrapped: false }, use, false);
const sentFor = (kind: ValueKind): readonly string[] => samples[kind]?.slice(1) ?? [];

describe.each(['body', 'text'] as const)('values of requests in %s, as the gateway takes them', (use) => {
  it('each kind is that of its field, and takes its own values', () => {
    for (const [index, [kind]] of kinds.entries()) {
      const field = all?.fields[index];
      expect(field && typeOf(field).kind).toBe(kind);
      const isText = !['object', 'struct', 'value', 'list of values'].includes(kind);
      if (use === 'body' || isText)
        for (const json of sentFor(kind)) expect(takes(index, json, use), json).toBe(true);
    }
  });

  it('what breaks nobody is a type that takes all that was sent', () => {
    const refused = pairs
      .filter((pair) => changeOf(pair, use) === 'none')
      .flatMap(({ before, after, to }) =>
        sentFor(before).flatMap((json) => (takes(to, json, use) ? [] : [`${before} → ${after}: ${json}`])),
      );
    expect(refused).toEqual([]);
  });

  it('where only a range is another, some values are taken, and not all', () => {
    const wrong = pairs
      .filter((pair) => changeOf(pair, use) === 'range')
      .filter(({ before, to }) => {
        const taken = sentFor(before).filter((json) => takes(to, json, use)).length;
        return taken === 0 || taken === sentFor(before).length;
      });
    // A double has all 64-bit integers, not all of their digits; a large double is infinity to no float.
    expect(wrong.map(({ before, after }) => `${before} → ${after}`)).toEqual(
      use === 'body' ? ['int64 → double', 'uint64 → double'] : [],
    );
  });
});
