import { fromJson, type JsonValue, toBinary } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { testSurface } from '../../test/support/surface.js';

const fields = {
  word: 'string',
  maybe: 'optional string',
  number: 'int64',
  flag: 'bool',
  words: 'repeated string',
  counts: 'map<string, int32>',
  child: 'Child',
  wrapped: 'google.protobuf.StringValue',
  at: 'google.protobuf.Timestamp',
  value: 'google.protobuf.Value',
  struct: 'google.protobuf.Struct',
};
const names = Object.keys(fields);
const protos = `
message Child { string name = 1; }
message Answer { ${Object.entries(fields)
  .map(([name, type], index) => `${type} ${name} = ${index + 1};`)
  .join(' ')} }
service Answers {
  rpc Whole(Child) returns (Answer) { option (google.api.http) = { get: "/whole" ${names.map((name) => `additional_bindings { get: "/${name}" response_body: "${name}" }`).join(' ')} }; }
}`;
const surface = testSurface(protos);

const rows: readonly (readonly [path: string, message: JsonValue, json: string])[] = [
  ['whole', { word: 'w', child: {} }, '{"word":"w","child":{}}'],
  ['whole', {}, '{}'],
  ['word', { word: 'w', number: '1' }, '"w"'],
  ['word', {}, '""'],
  ['maybe', { maybe: '' }, '""'],
  ['number', { number: '9007199254740993' }, '"9007199254740993"'],
  ['number', {}, '"0"'],
  ['flag', {}, 'false'],
  ['words', { words: ['a', 'b'] }, '["a","b"]'],
  ['words', {}, '[]'],
  ['counts', { counts: { a: 1 } }, '{"a":1}'],
  ['counts', {}, '{}'],
  ['child', { child: { name: 'n' } }, '{"name":"n"}'],
  ['child', { child: {} }, '{}'],
  ['child', {}, 'null'],
  ['wrapped', { wrapped: 'w' }, '"w"'],
  ['wrapped', {}, 'null'],
  ['at', { at: '2024-01-01T00:00:00Z' }, '"2024-01-01T00:00:00Z"'],
  ['at', {}, 'null'],
  ['value', { value: null }, 'null'],
  ['struct', { struct: { a: 1 } }, '{"a":1}'],
];

test.each(rows)('response_body %s of %j', (path, message, json) => {
  const { binding, response } = surface.match(`GET /${path}`).route;
  const { output } = binding.method;
  const binary = toBinary(output, fromJson(output, message));
  expect(response.kind).toBe('json');
  expect(new TextDecoder().decode(response.json(binary))).toBe(json);
  expect(response.raw(binary).contentType).toBe('application/json');
});
