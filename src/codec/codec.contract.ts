import type { DescMessage, Registry } from '@bufbuild/protobuf';
import { fromBinary, fromJsonString, toBinary, toJson } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codecTypes, fieldOf, testMessage } from '../../test/support/codec-protos.js';
import { StatusError } from '../status/index.js';
import { type CodecFactory, type CodecOptions, defaultCodecOptions } from './codec.js';

const everything = testMessage('Everything');
const legacy = testMessage('Legacy');
const limits = { nestingDepthMax: 100 };

type Row = readonly [json: string, printed?: string];

/** A row of one column is printed as it was given. */
function inAndOut(rows: readonly Row[]): readonly (readonly [string, string])[] {
  return rows.map(([json, printed]) => [json, printed ?? json]);
}

/** The rules that every CodecFactory keeps (semantics §4), as a suite. */
export function describeCodec(
  name: string,
  makeFactory: (types: Registry, limits: { readonly nestingDepthMax: number }) => CodecFactory,
): void {
  const codecs = makeFactory(codecTypes, limits);
  const options = (some: Partial<CodecOptions> = {}): CodecOptions => ({ ...defaultCodecOptions, ...some });
  const bytes = (text: string) => new TextEncoder().encode(text);
  const text = (json: Uint8Array) => new TextDecoder().decode(json);

  function toBinaryOf(json: string, message: DescMessage = everything, some: Partial<CodecOptions> = {}) {
    return codecs.codec(message, options(some)).toBinary(bytes(json));
  }
  function toJsonOf(binary: Uint8Array, message: DescMessage = everything, some: Partial<CodecOptions> = {}) {
    return text(codecs.codec(message, options(some)).toJson(binary));
  }
  function roundTrip(json: string, message: DescMessage = everything, some: Partial<CodecOptions> = {}) {
    return toJsonOf(toBinaryOf(json, message, some), message, some);
  }
  function errorOf(work: () => unknown): StatusError {
    try {
      work();
    } catch (error) {
      if (error instanceof StatusError) {
        return error;
      }
      throw error;
    }
    throw new Error('nothing was thrown');
  }
  function refusal(json: string, message: DescMessage = everything, some: Partial<CodecOptions> = {}) {
    const error = errorOf(() => toBinaryOf(json, message, some));
    return [error.reason, error.violations[0]?.field];
  }

  describe(`${name}: JSON → protobuf → JSON`, () => {
    // [JSON in, JSON out]; one column means both are the same.
    const rows: readonly Row[] = [
      ['{}'],
      ['{"fInt32":1}'],
      ['{"f_int32":1}', '{"fInt32":1}'],
      ['{"fInt32":"1"}', '{"fInt32":1}'],
      ['{"fInt32":1.0}', '{"fInt32":1}'],
      ['{"fInt32":1e2}', '{"fInt32":100}'],
      ['{"fInt32":"1.5e1"}', '{"fInt32":15}'],
      ['{"fInt32":100e-2}', '{"fInt32":1}'],
      ['{"fInt32":-0}', '{}'],
      ['{"fInt32":0e999999999999}', '{}'],
      ['{"fInt32":-2147483648}'],
      ['{"fInt32":2147483647}'],
      ['{"fUint32":4294967295}'],
      ['{"fFixed32":4294967295}'],
      ['{"fSfixed32":-2147483648}'],
      ['{"fSint32":-2147483648}'],
      ['{"fInt64":9007199254740993}', '{"fInt64":"9007199254740993"}'],
      ['{"fInt64":"-9223372036854775808"}'],
      ['{"fInt64":9223372036854775807}', '{"fInt64":"9223372036854775807"}'],
      ['{"fInt64":9.223372036854775807e18}', '{"fInt64":"9223372036854775807"}'],
      ['{"fUint64":18446744073709551615}', '{"fUint64":"18446744073709551615"}'],
      ['{"fSint64":"-9223372036854775808"}'],
      ['{"fFixed64":"18446744073709551615"}'],
      ['{"fSfixed64":"-1"}'],
      ['{"fDouble":0.1}'],
      ['{"fDouble":-0}'],
      ['{"fDouble":1.7976931348623157e308}', '{"fDouble":1.7976931348623157e+308}'],
      ['{"fDouble":"NaN"}'],
      ['{"fDouble":"Infinity"}'],
      ['{"fDouble":"-Infinity"}'],
      ['{"fDouble":"1.5"}', '{"fDouble":1.5}'],
      ['{"fDouble":5e-324}'],
      ['{"fFloat":0.1}'],
      ['{"fFloat":-1.00390625}', '{"fFloat":-1.0039063}'],
      ['{"fFloat":3.4028235e38}', '{"fFloat":3.4028235e+38}'],
      ['{"fFloat":16777217}', '{"fFloat":16777216}'],
      ['{"fBool":true}'],
      ['{"fBool":false}', '{}'],
      ['{"fString":"\\u00e9\\ud83d\\ude00\\u0000\\/"}', '{"fString":"é😀\\u0000/"}'],
      ['{"fString":""}', '{}'],
      ['{"fBytes":"+/8="}'],
      ['{"fBytes":"-_8"}', '{"fBytes":"+/8="}'],
      ['{"fBytes":"-_"}', '{"fBytes":"+w=="}'],
      ['{"fBytes":""}', '{}'],
      [
        '{"oInt32":0,"oString":"","oBool":false,"oBytes":"","oInt64":"0","oDouble":0}',
        '{"oDouble":0,"oInt32":0,"oInt64":"0","oBool":false,"oString":"","oBytes":""}',
      ],
      ['{"oInt32":null}', '{}'],
      ['{"rInt32":[1,0,-1]}'],
      ['{"rInt32":[]}', '{}'],
      ['{"rInt32":null}', '{}'],
      ['{"rString":["a","",""]}'],
      ['{"unpacked":[1,2]}'],
      ['{"kString":{"":"a","b":"","__proto__":"x"}}'],
      ['{"kInt32":{"-1":"a","0":"b"}}'],
      ['{"kInt64":{"-9223372036854775808":"a"}}'],
      ['{"kUint64":{"18446744073709551615":"a"}}'],
      ['{"kFixed32":{"1":"a"},"kFixed64":{"2":"b"},"kSfixed32":{"-3":"c"},"kSfixed64":{"-4":"d"}}'],
      [
        '{"kSint32":{"-1":"a"},"kSint64":{"-2":"b"},"kUint32":{"3":"c"}}',
        '{"kUint32":{"3":"c"},"kSint32":{"-1":"a"},"kSint64":{"-2":"b"}}',
      ],
      ['{"kBool":{"true":"a","false":"b"}}'],
      ['{"kString":null}', '{}'],
      ['{"bytesMap":{"a":"/w=="}}'],
      ['{"color":"RED"}'],
      ['{"color":5}', '{"color":"BLUE"}'],
      ['{"color":-3}', '{"color":"NEGATIVE"}'],
      ['{"color":77}'],
      ['{"color":"COLOR_UNSPECIFIED"}', '{}'],
      ['{"optionalColor":0}', '{"optionalColor":"COLOR_UNSPECIFIED"}'],
      ['{"colors":["RED",0,9]}', '{"colors":["RED","COLOR_UNSPECIFIED",9]}'],
      ['{"colorMap":{"a":"BLUE"}}'],
      ['{"inner":{}}'],
      ['{"inner":{"child":{"child":{"quantity":3}}}}'],
      ['{"items":[{},{"name":"a"}]}'],
      ['{"innerMap":{"a":{},"b":{"name":"x"}}}'],
      ['{"choiceText":""}'],
      ['{"choiceNumber":0}'],
      ['{"choiceInner":{}}'],
      ['{"choiceText":"a","choiceNumber":null,"choiceInner":null}', '{"choiceText":"a"}'],
      ['{"choiceNull":null}'],
      ['{"choiceNull":"NULL_VALUE"}', '{"choiceNull":null}'],
      ['{"choiceValue":null}'],
      ['{"foo_bar":"a"}', '{"fooBar":"a"}'],
      ['{"otherName":"a"}'],
      ['{"renamed":"a"}', '{"otherName":"a"}'],
      ['{"__proto__":"a"}'],
      ['{"timestamp":"1970-01-01T00:00:00Z"}'],
      ['{"timestamp":"0001-01-01T00:00:00Z"}'],
      ['{"timestamp":"9999-12-31T23:59:59.999999999Z"}'],
      ['{"timestamp":"2024-02-29T12:00:00.1+01:30"}', '{"timestamp":"2024-02-29T10:30:00.100Z"}'],
      ['{"timestamp":"1969-12-31T23:59:59.000001Z"}'],
      ['{"duration":"0s"}'],
      ['{"duration":"-0.5s"}', '{"duration":"-0.500s"}'],
      ['{"duration":"1.000000001s"}'],
      ['{"duration":"-315576000000s"}'],
      ['{"mask":"fooBar,a.bC"}'],
      ['{"mask":""}'],
      ['{"struct":{"a":null,"b":[1,"x",true,{}],"c":{"d":-0}}}'],
      ['{"struct":{"__proto__":1,"constructor":2}}'],
      ['{"value":null}'],
      ['{"value":[]}'],
      ['{"value":{"a":[[null]]}}'],
      ['{"list":[1,null]}'],
      ['{"empty":{}}'],
      ['{"nullValue":null}', '{}'],
      [
        '{"wInt32":0,"wString":"","wBool":false,"wInt64":"0"}',
        '{"wInt64":"0","wInt32":0,"wBool":false,"wString":""}',
      ],
      ['{"wDouble":1.5,"wFloat":0.1,"wUint64":"1","wUint32":2,"wBytes":"AA=="}'],
      ['{"wInt32":null,"inner":null,"timestamp":null,"any":null,"struct":null}', '{}'],
      ['{"rTimestamp":["1970-01-01T00:00:01Z"],"rValue":[null,1],"rNull":[null],"rWrapper":[0,1]}'],
      ['{"valueMap":{"a":null},"durationMap":{"b":"1s"}}'],
      ['{"any":{}}'],
      ['{"any":{"@type":"type.googleapis.com/test.Inner","name":"a"}}'],
      [
        '{"any":{"name":"a","@type":"example.com/x/test.Inner"}}',
        '{"any":{"@type":"example.com/x/test.Inner","name":"a"}}',
      ],
      ['{"any":{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1s"}}'],
      ['{"any":{"@type":"type.googleapis.com/google.protobuf.Value","value":null}}'],
      ['{"any":{"@type":"type.googleapis.com/google.protobuf.Empty"}}'],
      [
        '{"any":{"@type":"type.googleapis.com/google.protobuf.Empty","value":{}}}',
        '{"any":{"@type":"type.googleapis.com/google.protobuf.Empty"}}',
      ],
      [
        '{"any":{"@type":"type.googleapis.com/google.protobuf.Any","value":{"@type":"type.googleapis.com/google.protobuf.Int64Value","value":"5"}}}',
      ],
      [' { "fInt32" : 1 , "rInt32" : [ 1 , 2 ] } \r\n\t', '{"fInt32":1,"rInt32":[1,2]}'],
    ];
    it.each(inAndOut(rows))('%s → %s', (json, expected) => {
      expect(roundTrip(json)).toBe(expected);
    });

    it.each(
      inAndOut([
        ['{"number":0,"needed":1}'],
        ['{"closed":"TWO"}'],
        ['{"closed":2}', '{"closed":"TWO"}'],
        ['{"closeds":["ONE"],"unpacked":[0,1]}'],
        ['{"data":{"a":1,"legacy":{"data":{}}}}'],
        ['{"row":[{"b":"x"},{}]}'],
        ['{"closedMap":{"a":"ONE"}}'],
        ['{"[test.extended]":0,"[test.extended_list]":["a"],"[test.extended_message]":{"number":1}}'],
      ]),
    )('proto2: %s → %s', (json, expected) => {
      expect(roundTrip(json, legacy)).toBe(expected);
    });
  });

  describe.each([
    ['2023', testMessage('Modern')],
    ['2024', testMessage('Newest')],
  ] as const)(`${name}: edition %s`, (_, message) => {
    const scope = `${message.typeName}.Scope`;
    it.each(
      inAndOut([
        ['{"explicit":""}'],
        ['{"implicit":0}', '{}'],
        ['{"implicit":1}'],
        ['{"needed":0}'],
        ['{"open":"OPEN_UNSPECIFIED"}', '{}'],
        ['{"open":7}'],
        ['{"shut":0}', '{"shut":"SHUT_UNSPECIFIED"}'],
        [
          '{"shut":"SHUT_A","shuts":[1,0],"shutMap":{"a":1}}',
          '{"shut":"SHUT_A","shuts":["SHUT_A","SHUT_UNSPECIFIED"],"shutMap":{"a":"SHUT_A"}}',
        ],
        ['{"delimited":{"delimited":{"explicit":"a"}},"delimiteds":[{},{"implicit":1}]}'],
        ['{"expanded":[1,2],"packed":[0,3]}'],
        ['{"renamed":"a"}', '{"otherName":"a"}'],
        ['{"choiceText":""}'],
        ['{"choiceGroup":{"choiceGroup":{}}}'],
        [
          `{"[${scope}.number]":0,"[${scope}.numbers]":[1,2],"[${scope}.group]":{"explicit":"a"},"[${scope}.shuts]":["SHUT_A"]}`,
        ],
      ]),
    )('%s → %s', (json, printed) => {
      expect(roundTrip(json, message)).toBe(printed);
    });

    it.each<[string, readonly number[], string]>([
      ['packed values of an expanded list are read', [0x2a, 2, 1, 2], '{"expanded":[1,2]}'],
      ['expanded values of a packed list are read', [0x48, 1, 0x48, 2], '{"packed":[1,2]}'],
      ['packed and expanded values of one list are read in order', [0x4a, 1, 1, 0x48, 2], '{"packed":[1,2]}'],
      [
        'expanded values of a packed extension are read',
        [0xa8, 6, 1, 0xa8, 6, 2],
        `{"[${scope}.numbers]":[1,2]}`,
      ],
      [
        'a number that a closed enum lacks is an unknown field',
        [0x30, 9, 0x38, 9, 0x38, 1],
        '{"shuts":["SHUT_A"]}',
      ],
      ['so is the entry of a map', [0x42, 5, 0x0a, 1, 0x61, 0x10, 9], '{}'],
      ['a group is delimited by tags', [0x1b, 0x0a, 1, 0x61, 0x1c], '{"delimited":{"explicit":"a"}}'],
      ['the length of a group is another field', [0x1a, 3, 0x0a, 1, 0x61], '{}'],
      ['the last member of a oneof counts', [0x5a, 1, 0x61, 0x63, 0x64], '{"choiceGroup":{}}'],
      ['explicit zeros are kept, implicit ones are not', [0x0a, 0, 0x10, 0, 0x68, 0], '{"explicit":""}'],
    ])('%s', (_, binary, expected) => {
      expect(toJsonOf(new Uint8Array(binary), message)).toBe(expected);
    });

    it.each([
      ['{"shut":9}', 'shut'],
      ['{"shuts":[0,9]}', 'shuts[1]'],
      ['{"shutMap":{"a":9}}', 'shutMap["a"]'],
      ['{"choiceText":"a","choiceGroup":{}}', 'choiceGroup'],
      ['{"otherName":"a","renamed":"b"}', 'renamed'],
      ['{"[test.extended]":1}', '[test.extended]'],
      [`{"[${scope}.group]":{"implicit":"x"}}`, `[${scope}.group].implicit`],
    ])('%s is refused at %s', (json, path) => {
      expect(refusal(json, message)).toEqual(['BODY_FIELD', path]);
    });

    it('lists are written packed or not as their encoding says', () => {
      expect(toBinaryOf('{"expanded":[1,2],"packed":[1,2]}', message)).toEqual(
        new Uint8Array([0x28, 1, 0x28, 2, 0x4a, 2, 1, 2]),
      );
    });
  });

  describe(`${name}: refused bodies`, () => {
    const field = (json: string, path: string | undefined) => [json, 'BODY_FIELD', path] as const;
    const malformed = (json: string) => [json, 'BODY_MALFORMED', undefined] as const;
    it.each([
      field('{"nope":1}', 'nope'),
      field('{"items":[{},{},{"quantity":"x"}]}', 'items[2].quantity'),
      field('{"inner":{"child":{"nmae":"x"}}}', 'inner.child.nmae'),
      field('{"innerMap":{"a":{"quantity":true}}}', 'innerMap["a"].quantity'),
      field('{"colorMap":{"a":"GREEN"}}', 'colorMap["a"]'),
      field('{"bytesMap":{"q\\"":1}}', 'bytesMap["q\\""]'),
      field('{"f_int32":"x"}', 'f_int32'),
      field('{"fInt32":1.5}', 'fInt32'),
      field('{"fInt32":2147483648}', 'fInt32'),
      field('{"fInt32":-2147483649}', 'fInt32'),
      field('{"fInt32":1e999999999}', 'fInt32'),
      field('{"fInt32":1e-999999999}', 'fInt32'),
      field('{"fInt32":true}', 'fInt32'),
      field('{"fInt32":""}', 'fInt32'),
      field('{"fInt32":" 1"}', 'fInt32'),
      field('{"fInt32":"+1"}', 'fInt32'),
      field('{"fInt32":"0x1"}', 'fInt32'),
      field('{"fInt32":"01"}', 'fInt32'),
      field('{"fInt32":[1]}', 'fInt32'),
      field('{"fUint32":-1}', 'fUint32'),
      field('{"fUint32":4294967296}', 'fUint32'),
      field('{"fFixed32":4294967296}', 'fFixed32'),
      field('{"fInt64":9223372036854775808}', 'fInt64'),
      field('{"fInt64":"-9223372036854775809"}', 'fInt64'),
      field('{"fUint64":18446744073709551616}', 'fUint64'),
      field('{"fInt64":0.5}', 'fInt64'),
      field('{"fDouble":1e309}', 'fDouble'),
      field('{"fDouble":"nan"}', 'fDouble'),
      field('{"fDouble":"inf"}', 'fDouble'),
      field('{"fDouble":""}', 'fDouble'),
      field('{"fFloat":3.5e38}', 'fFloat'),
      field('{"fFloat":"1e39"}', 'fFloat'),
      field('{"fBool":"true"}', 'fBool'),
      field('{"fBool":1}', 'fBool'),
      field('{"fString":1}', 'fString'),
      field('{"fString":{}}', 'fString'),
      field('{"fBytes":"a"}', 'fBytes'),
      field('{"fBytes":"a==="}', 'fBytes'),
      field('{"fBytes":"aa="}', 'fBytes'),
      field('{"fBytes":"a a="}', 'fBytes'),
      field('{"fBytes":"=aaa"}', 'fBytes'),
      field('{"rInt32":1}', 'rInt32'),
      field('{"rInt32":[1,null]}', 'rInt32[1]'),
      field('{"rInt32":{"0":1}}', 'rInt32'),
      field('{"items":[null]}', 'items[0]'),
      field('{"colors":["GREEN"]}', 'colors[0]'),
      field('{"colors":[null]}', 'colors[0]'),
      field('{"rWrapper":[null]}', 'rWrapper[0]'),
      field('{"kString":{"a":null}}', 'kString["a"]'),
      field('{"innerMap":{"a":null}}', 'innerMap["a"]'),
      field('{"kString":[]}', 'kString'),
      field('{"kInt32":{"a":"x"}}', 'kInt32["a"]'),
      field('{"kInt32":{"2147483648":"x"}}', 'kInt32["2147483648"]'),
      field('{"kBool":{"TRUE":"x"}}', 'kBool["TRUE"]'),
      field('{"kInt32":{"1":"x","1.0":"y"}}', 'kInt32["1.0"]'),
      field('{"color":"red"}', 'color'),
      field('{"color":1.5}', 'color'),
      field('{"color":2147483648}', 'color'),
      field('{"color":true}', 'color'),
      field('{"inner":1}', 'inner'),
      field('{"inner":[]}', 'inner'),
      field('{"fooBar":"a","foo_bar":"b"}', 'foo_bar'),
      field('{"fooBar":null,"foo_bar":"b"}', 'foo_bar'),
      field('{"fInt32":1,"fInt32":1}', 'fInt32'),
      field('{"fInt32":1,"fInt3\\u0032":1}', 'fInt32'),
      field('{"inner":{"name":"a","name":"b"}}', 'inner.name'),
      field('{"kString":{"a":"x","a":"y"}}', 'kString["a"]'),
      field('{"struct":{"x":{"a":1,"a":2}}}', 'struct["x"]["a"]'),
      field('{"choiceText":"a","choiceNumber":1}', 'choiceNumber'),
      field('{"choiceText":"a","choiceNull":null}', 'choiceNull'),
      field('{"choiceText":"a","choiceValue":null}', 'choiceValue'),
      field('{"timestamp":"2023-02-29T00:00:00Z"}', 'timestamp'),
      field('{"timestamp":"2024-13-01T00:00:00Z"}', 'timestamp'),
      field('{"timestamp":"2024-01-01T24:00:00Z"}', 'timestamp'),
      field('{"timestamp":"2024-01-01T00:00:60Z"}', 'timestamp'),
      field('{"timestamp":"2024-01-01t00:00:00z"}', 'timestamp'),
      field('{"timestamp":"2024-01-01T00:00:00"}', 'timestamp'),
      field('{"timestamp":"2024-01-01 00:00:00Z"}', 'timestamp'),
      field('{"timestamp":"2024-01-01T00:00:00.1234567890Z"}', 'timestamp'),
      field('{"timestamp":"2024-01-01T00:00:00+24:00"}', 'timestamp'),
      field('{"timestamp":"0001-01-01T00:00:00+00:01"}', 'timestamp'),
      field('{"timestamp":"9999-12-31T23:59:59-00:01"}', 'timestamp'),
      field('{"timestamp":"0000-12-31T00:00:00Z"}', 'timestamp'),
      field('{"timestamp":0}', 'timestamp'),
      field('{"duration":"1"}', 'duration'),
      field('{"duration":"s"}', 'duration'),
      field('{"duration":".5s"}', 'duration'),
      field('{"duration":"1.s"}', 'duration'),
      field('{"duration":"1ss"}', 'duration'),
      field('{"duration":"+1s"}', 'duration'),
      field('{"duration":"315576000001s"}', 'duration'),
      field('{"duration":"1.0000000001s"}', 'duration'),
      field('{"duration":1}', 'duration'),
      field('{"mask":"foo_bar"}', 'mask'),
      field('{"mask":"a,,b"}', 'mask'),
      field('{"mask":"a, b"}', 'mask'),
      field('{"mask":["a"]}', 'mask'),
      field('{"struct":[]}', 'struct'),
      field('{"struct":{"a":[1,1e999]}}', 'struct["a"][1]'),
      field('{"list":{}}', 'list'),
      field('{"empty":{"a":1}}', 'empty.a'),
      field('{"empty":[]}', 'empty'),
      field('{"wInt32":"x"}', 'wInt32'),
      field('{"wInt32":{"value":1}}', 'wInt32'),
      field('{"any":{"name":"a"}}', 'any.@type'),
      field('{"any":{"@type":"test.Inner"}}', 'any.@type'),
      field('{"any":{"@type":"type.googleapis.com/test.Missing"}}', 'any.@type'),
      field('{"any":{"@type":1}}', 'any.@type'),
      field('{"any":{"@type":"a/test.Inner","quantity":"x"}}', 'any.quantity'),
      field('{"any":{"@type":"a/google.protobuf.Duration"}}', 'any.value'),
      field('{"any":{"@type":"a/google.protobuf.Duration","value":"1s","x":1}}', 'any.x'),
      field('{"any":{"@type":"a/google.protobuf.Duration","value":"1"}}', 'any.value'),
      field('{"[test.extended]":1}', '[test.extended]'),
      field('[]', undefined),
      field('null', undefined),
      field('1', undefined),
      field('"x"', undefined),
      malformed(''),
      malformed(' '),
      malformed('{'),
      malformed('{"a"'),
      malformed('{"a":'),
      malformed('{"a":1'),
      malformed('{"a":1,}'),
      malformed('{,}'),
      malformed('{a:1}'),
      malformed("{'a':1}"),
      malformed('{"fInt32":01}'),
      malformed('{"fInt32":+1}'),
      malformed('{"fInt32":1.}'),
      malformed('{"fInt32":.1}'),
      malformed('{"fInt32":1e}'),
      malformed('{"fInt32":0x1}'),
      malformed('{"fDouble":NaN}'),
      malformed('{"fDouble":-Infinity}'),
      malformed('{"fBool":True}'),
      malformed('{"fBool":tru}'),
      malformed('{"rInt32":[1,]}'),
      malformed('{"rInt32":[,1]}'),
      malformed('{"rInt32":[1 2]}'),
      malformed('{}{}'),
      malformed('{} x'),
      malformed('// c\n{}'),
      malformed('{"fString":"\u0001"}'),
      malformed('{"fString":"a\nb"}'),
      malformed('{"fString":"\\x"}'),
      malformed('{"fString":"\\u12"}'),
      malformed('{"fString":"\\ud800"}'),
      malformed('{"fString":"\\udc00\\ud800"}'),
      malformed('{"fString":"\\ud800\\u0041"}'),
      malformed('{"fString":"\\ud800\\ud800"}'),
      malformed('{"fString":"abc'),
      malformed('\ufeff{}'),
      malformed('\u00a0{}'),
    ])('%s → %s %s', (json, reason, path) => {
      expect(refusal(json)).toEqual([reason, path]);
    });

    it.each([
      field('{"closed":3}', 'closed'),
      field('{"closeds":[9]}', 'closeds[0]'),
      field('{"[test.foreign]":1}', '[test.foreign]'),
      field('{"[test.extended]":"x"}', '[test.extended]'),
      field('{"row":[{"b":1}]}', 'row[0].b'),
    ])('proto2: %s → %s %s', (json, reason, path) => {
      expect(refusal(json, legacy)).toEqual([reason, path]);
    });

    it('names line and column, counted in characters', () => {
      const error = errorOf(() => toBinaryOf('{\n  "fString": "😀", x}'));
      expect(error.message).toContain('line 2, column 19');
    });

    it('suggests the field that was probably meant', () => {
      expect(errorOf(() => toBinaryOf('{"inner":{"quantty":1}}')).message).toContain(
        'did you mean "quantity"?',
      );
    });

    it('refuses invalid UTF-8', () => {
      const json = new Uint8Array([...bytes('{"fString":"'), 0xc3, ...bytes('"}')]);
      expect(errorOf(() => codecs.codec(everything, options()).toBinary(json)).reason).toBe('BODY_MALFORMED');
    });

    it('never repeats a long key in full', () => {
      const error = errorOf(() => toBinaryOf(`{"${'x'.repeat(100_000)}":1}`));
      expect(error.message.length).toBeLessThan(300);
    });

    it('is quick with numbers made of many zeros', () => {
      const zeros = '0'.repeat(1_000_000);
      expect(roundTrip(`{"fInt32":1.${zeros}}`)).toBe('{"fInt32":1}');
      expect(refusal(`{"fInt32":1.${zeros}1}`)).toEqual(['BODY_FIELD', 'fInt32']);
    });
  });

  describe(`${name}: nesting`, () => {
    const nest = (open: string, close: string, times: number) => open.repeat(times) + close.repeat(times);
    it.each([
      ['messages', 99, (n: number) => `{"inner":${nest('{"child":', '}', n - 1).replace('}', '{}}')}}`],
    ])('%s may nest to the limit and no further', (_, times, build) => {
      expect(roundTrip(build(times))).toBe(build(times));
      expect(refusal(build(times + 1))[0]).toBe('BODY_TOO_DEEP');
    });
    it.each([
      ['arrays', nest('[', ']', 200_000)],
      ['objects', '{"a":'.repeat(200_000)],
      ['lists of a Value', `{"value":${nest('[', ']', 90)}}`],
      ['unknown members', `{"nope":${nest('[', ']', 101)}}`],
    ])('too deep: %s', (_, json) => {
      expect(refusal(json, everything, { ignoreUnknown: true })[0]).toBe('BODY_TOO_DEEP');
    });
    it('Any counts', () => {
      const type = '"@type":"a/google.protobuf.Any"';
      const json = (n: number) => `{"any":${`{${type},"value":`.repeat(n)}{}${'}'.repeat(n)}}`;
      expect(roundTrip(json(98))).toContain('Any');
      expect(refusal(json(99))[0]).toBe('BODY_TOO_DEEP');
    });
    it('of a response is bounded, through Any as well', () => {
      let any = new Uint8Array(0);
      const url = bytes('a/google.protobuf.Any');
      for (let n = 0; n < 120; n++) {
        const size = any.length < 128 ? [any.length] : [(any.length & 0x7f) | 0x80, any.length >> 7];
        any = new Uint8Array([0x0a, url.length, ...url, 0x12, ...size, ...any]);
      }
      const anyMessage = fieldOf(everything, 'any').message ?? everything;
      expect(errorOf(() => toJsonOf(any, anyMessage)).reason).toBe('RESPONSE_UNREPRESENTABLE');
    });
  });

  describe(`${name}: options`, () => {
    it('emitDefaults prints fields without presence, lists and maps', () => {
      expect(toJsonOf(new Uint8Array(0), testMessage('Inner'), { emitDefaults: true })).toBe(
        '{"name":"","quantity":0,"items":[]}',
      );
    });
    it('emitDefaults prints them once, also before an extension of another wire type', () => {
      const binary = new Uint8Array([0xb5, 6, 10, 2, 10, 9, 16, 0, 82, 2, 10, 9]);
      const json = toJsonOf(binary, testMessage('Modern'), { emitDefaults: true });
      expect(json.match(/"implicit"/g)).toHaveLength(1);
    });

    it('emitDefaults leaves extensions in the order of numbers', () => {
      expect(toJsonOf(new Uint8Array([0xa0, 6, 5]), legacy, { emitDefaults: true })).toBe(
        '{"closeds":[],"unpacked":[],"row":[],"closedMap":{},"[test.extended]":5}',
      );
    });
    it('enumsAsNumbers prints numbers', () => {
      expect(
        roundTrip('{"color":"RED","colors":["BLUE"],"nullValue":null}', everything, { enumsAsNumbers: true }),
      ).toBe('{"color":1,"colors":[5]}');
    });
    it('protoNames prints proto names', () => {
      expect(roundTrip('{"fooBar":"a","otherName":"b"}', everything, { protoNames: true })).toBe(
        '{"foo_bar":"a","renamed":"b"}',
      );
    });
    it.each([
      ['{"nope":{"a":[1]},"fInt32":1}', '{"fInt32":1}'],
      ['{"color":"GREEN"}', '{}'],
      ['{"colors":["RED","GREEN","BLUE"]}', '{"colors":["RED","BLUE"]}'],
      ['{"colorMap":{"a":"GREEN","b":"RED"}}', '{"colorMap":{"b":"RED"}}'],
      [
        '{"any":{"@type":"a/google.protobuf.Duration","value":"1s","x":1}}',
        '{"any":{"@type":"a/google.protobuf.Duration","value":"1s"}}',
      ],
    ])('ignoreUnknown: %s → %s', (json, expected) => {
      expect(roundTrip(json, everything, { ignoreUnknown: true })).toBe(expected);
    });
    it.each(['{"nope":{"a":1,"a":2}}', '{"fInt32":"x"}', '{"color":true}'])(
      'ignoreUnknown still refuses %s',
      (json) => {
        expect(refusal(json, everything, { ignoreUnknown: true })[0]).toBe('BODY_FIELD');
      },
    );
    it('one codec exists per message and options', () => {
      expect(codecs.codec(everything, options())).toBe(codecs.codec(everything, options()));
      expect(codecs.codec(everything, options())).not.toBe(
        codecs.codec(everything, options({ emitDefaults: true })),
      );
    });
  });

  describe(`${name}: single fields`, () => {
    it.each([
      ['inner', '{"name":"a"}', '{"name":"a"}'],
      ['inner', 'null', 'null'],
      ['items', '[{"name":"a"}]', '[{"name":"a"}]'],
      ['items', 'null', '[]'],
      ['k_string', '{"a":"b"}', '{"a":"b"}'],
      ['k_string', 'null', '{}'],
      ['f_int32', '5', '5'],
      ['f_int32', 'null', '0'],
      ['o_int32', 'null', 'null'],
      ['o_int32', '0', '0'],
      ['color', 'null', '"COLOR_UNSPECIFIED"'],
      ['w_string', 'null', 'null'],
      ['w_string', '""', '""'],
      ['value', 'null', 'null'],
      ['timestamp', '"1970-01-01T00:00:00Z"', '"1970-01-01T00:00:00Z"'],
      ['choice_text', '""', '""'],
    ])('%s: %s → %s', (fieldName, json, expected) => {
      const codec = codecs.field(fieldOf(everything, fieldName), options());
      expect(text(codec.toJson(codec.toBinary(bytes(json))))).toBe(expected);
    });
    it('null of a Value is its null_value, of anything else nothing', () => {
      expect(codecs.field(fieldOf(everything, 'value'), options()).toBinary(bytes('null'))).not.toHaveLength(
        0,
      );
      expect(codecs.field(fieldOf(everything, 'inner'), options()).toBinary(bytes('null'))).toHaveLength(0);
    });
    it('reads its field out of a whole message', () => {
      const binary = toBinaryOf('{"fInt32":1,"inner":{"name":"a"},"items":[{}]}');
      expect(text(codecs.field(fieldOf(everything, 'inner'), options()).toJson(binary))).toBe('{"name":"a"}');
    });
    it('prints no defaults inside unless asked to', () => {
      const binary = toBinaryOf('{"inner":{}}');
      expect(text(codecs.field(fieldOf(everything, 'inner'), options()).toJson(binary))).toBe('{}');
    });
    it('names fields relative to its JSON', () => {
      const codec = codecs.field(fieldOf(everything, 'items'), options());
      expect(errorOf(() => codec.toBinary(bytes('[{},{"quantity":[]}]'))).violations[0]?.field).toBe(
        '[1].quantity',
      );
    });
  });

  describe(`${name}: responses`, () => {
    it.each<[string, readonly number[], string]>([
      ['the last of a repeated singular scalar counts', [0x18, 1, 0x18, 2], '{"fInt32":2}'],
      [
        'occurrences of a message merge',
        [0xaa, 5, 3, 0x0a, 1, 0x61, 0xaa, 5, 2, 0x10, 7],
        '{"inner":{"name":"a","quantity":7}}',
      ],
      ['unknown fields are left out', [0xf8, 0x7f, 1, 0x18, 1], '{"fInt32":1}'],
      ['a field of another wire type is unknown', [0x1a, 1, 0x61], '{}'],
      ['packed values of an unpacked list are read', [0x82, 5, 2, 1, 2], '{"unpacked":[1,2]}'],
      ['unpacked values of a packed list are read', [0xd8, 2, 1, 0xd8, 2, 2], '{"rInt32":[1,2]}'],
      ['a map entry without key and value has defaults', [0xba, 4, 0], '{"kBool":{"false":""}}'],
      ['the last member of a oneof counts', [0xd2, 5, 1, 0x61, 0xd8, 5, 0], '{"choiceNumber":0}'],
      [
        'the last value of a split Any counts, whatever the ones before hold',
        [0xa2, 6, 3, 0x12, 1, 0x0e, 0xa2, 6, 15, 0x0a, 11, ...bytes('/test.Inner'), 0x12, 0],
        '{"any":{"@type":"/test.Inner"}}',
      ],
      [
        'a map entry that a later one replaces may hold anything',
        [0xc2, 4, 6, 0x0a, 1, 0x61, 0x12, 1, 0xff, 0xc2, 4, 6, 0x0a, 1, 0x61, 0x12, 1, 0x62],
        '{"kString":{"a":"b"}}',
      ],
      [
        'the pieces of a split Any are one, though none has JSON of its own',
        [0xa2, 6, 2, 0x12, 0, 0xa2, 6, 13, 0x0a, 11, ...bytes('/test.Inner')],
        '{"any":{"@type":"/test.Inner"}}',
      ],
      [
        'the last of equal map keys counts',
        [0xc2, 4, 3, 0x12, 1, 0x61, 0xc2, 4, 3, 0x12, 1, 0x62],
        '{"kString":{"":"b"}}',
      ],
    ])('%s', (_, binary, expected) => {
      expect(toJsonOf(new Uint8Array(binary))).toBe(expected);
    });
    it.each<[string, readonly number[]]>([
      ['a truncated varint', [0x18, 0x80]],
      ['a varint of eleven bytes', [0x18, ...Array<number>(10).fill(0x80), 1]],
      ['a length beyond the end', [0x72, 5, 0x61]],
      ['a length of more than 32 bits', [0x72, 0x80, 0x80, 0x80, 0x80, 0x10]],
      ['field number 0', [0x00, 1]],
      ['wire type 7', [0x1f]],
      ['an end group tag alone', [0x1c]],
      ['an unclosed group', [0x1b]],
      ['invalid UTF-8', [0x72, 1, 0xff]],
      ['a half packed value', [0x8a, 3, 1, 1]],
      ['half a packed value, and the other half in the next list', [0xaa, 3, 1, 0x89, 0xaa, 3, 1, 1]],
      ['an entry with a number for a message', [0xba, 5, 4, 0x0a, 0, 0x12, 9]],
      ['an Any of unknown type', [0xa2, 6, 3, 0x0a, 1, 0x78]],
      [
        'a Timestamp out of range',
        [0xaa, 6, 11, 0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x10, 0],
      ],
      ['a Value that holds nothing', [0xca, 6, 0]],
      ['a FieldMask that does not come back', [0xba, 6, 3, 0x0a, 1, 0x41]],
    ])('%s is unrepresentable', (_, binary) => {
      const error = errorOf(() => toJsonOf(new Uint8Array(binary)));
      expect([error.reason, error.httpStatus]).toEqual(['RESPONSE_UNREPRESENTABLE', 500]);
      expect(error.cause).toBeInstanceOf(Error);
    });
    it('numbers that a closed enum does not declare are unknown fields', () => {
      expect(toJsonOf(new Uint8Array([0x18, 9, 0x20, 1, 0x20, 9]), legacy)).toBe('{"closeds":["ONE"]}');
    });
    it('a missing required field is no obstacle', () => {
      expect(toJsonOf(new Uint8Array([0x08, 1]), legacy)).toBe('{"number":1}');
    });
    it('invalid UTF-8 of proto2 is unrepresentable as well', () => {
      expect(errorOf(() => toJsonOf(new Uint8Array([0x12, 1, 0xff]), legacy)).reason).toBe(
        'RESPONSE_UNREPRESENTABLE',
      );
    });
  });

  describe(`${name}: a second opinion`, () => {
    const json = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { noNullPrototype: true });
    const inner = fc.letrec((tie) => ({
      inner: fc.record(
        {
          name: fc.string({ unit: 'binary' }).filter((value) => !/\p{Surrogate}/u.test(value)),
          quantity: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
          child: fc.option(tie('inner'), { maxDepth: 2, nil: null }),
          items: fc.array(tie('inner'), { maxLength: 2, depthIdentifier: 'items' }),
        },
        { requiredKeys: [] },
      ),
    })).inner;
    const i64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
    const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String);
    const base64 = fc.uint8Array({ maxLength: 9 }).map((value) => Buffer.from(value).toString('base64'));
    const real = fc.double({ noDefaultInfinity: true, noNaN: true });
    const time = fc
      .date({
        min: new Date('0001-01-01T00:00:00Z'),
        max: new Date('9999-12-31T00:00:00Z'),
        noInvalidDate: true,
      })
      .map((date) => date.toISOString().replace(/^\+0*/, ''));
    const body = fc.record(
      {
        fDouble: real,
        fFloat: fc.float({ noDefaultInfinity: true, noNaN: true }),
        fInt64: i64,
        fUint64: u64,
        fSint64: i64,
        fFixed64: u64,
        fSfixed64: i64,
        fInt32: fc.integer(),
        fSint32: fc.integer(),
        fUint32: fc.nat(),
        fBool: fc.boolean(),
        fString: fc.string(),
        fBytes: base64,
        oInt32: fc.option(fc.integer(), { nil: null }),
        rSint64: fc.array(i64),
        rDouble: fc.array(real),
        rBool: fc.array(fc.boolean()),
        kInt64: fc.dictionary(i64, fc.string(), { noNullPrototype: true }),
        kString: fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true }),
        color: fc.constantFrom('RED', 'BLUE', 0, 1, 99, -5),
        colors: fc.array(fc.constantFrom('RED', 'NEGATIVE', 42)),
        inner,
        items: fc.array(inner, { maxLength: 3 }),
        innerMap: fc.dictionary(fc.string(), inner, { maxKeys: 3, noNullPrototype: true }),
        choiceText: fc.string(),
        timestamp: time,
        duration: fc.integer().map((seconds) => `${seconds}.5s`),
        mask: fc.array(fc.constantFrom('a', 'fooBar', 'a.bC')).map((paths) => paths.join(',')),
        struct: json,
        value: fc.jsonValue({ maxDepth: 3 }),
        list: fc.array(fc.jsonValue({ maxDepth: 2 })),
        wDouble: fc.option(real, { nil: null }),
        wInt64: i64,
        wBytes: base64,
        wBool: fc.boolean(),
        any: fc.oneof(
          inner.map((value) => ({ '@type': 'type.googleapis.com/test.Inner', ...Object(value) })),
          i64.map((value) => ({ '@type': 'type.googleapis.com/google.protobuf.Int64Value', value })),
        ),
      },
      { requiredKeys: [] },
    );

    it('protobuf-es reads the same message from the same JSON', () => {
      fc.assert(
        fc.property(body, (value) => {
          const source = JSON.stringify(value);
          const theirs = toBinary(everything, fromJsonString(everything, source, { registry: codecTypes }));
          const ours = toBinaryOf(source);
          expect(toBinary(everything, fromBinary(everything, ours))).toEqual(theirs);
        }),
        { numRuns: 300 },
      );
    });

    it('protobuf-es prints the same JSON from the same message', () => {
      fc.assert(
        fc.property(
          body,
          fc.boolean(),
          fc.boolean(),
          fc.boolean(),
          (value, emitDefaults, enumsAsNumbers, protoNames) => {
            // float32 is printed shorter here, and equal only as float32.
            const { fFloat: _, ...rest } = value;
            const binary = toBinaryOf(JSON.stringify(rest));
            const theirs = toJson(everything, fromBinary(everything, binary), {
              registry: codecTypes,
              alwaysEmitImplicit: emitDefaults,
              enumAsInteger: enumsAsNumbers,
              useProtoFieldName: protoNames,
            });
            const ours = toJsonOf(binary, everything, { emitDefaults, enumsAsNumbers, protoNames });
            // Through text on both sides: JSON.stringify drops the sign of -0.
            expect(JSON.parse(JSON.stringify(JSON.parse(ours)))).toEqual(JSON.parse(JSON.stringify(theirs)));
          },
        ),
        { numRuns: 300 },
      );
    });

    it('a float is printed so that it is read back the same', () => {
      fc.assert(
        fc.property(fc.float({ noNaN: true }), (value) => {
          const given = Number.isFinite(value) ? (Object.is(value, -0) ? '-0' : String(value)) : `"${value}"`;
          const binary = toBinaryOf(`{"oFloat":${given}}`);
          expect(toBinaryOf(toJsonOf(binary))).toEqual(binary);
        }),
      );
    });
  });

  describe(`${name}: random input`, () => {
    const messages = [
      everything,
      legacy,
      testMessage('Modern'),
      testMessage('Newest'),
      ...everything.fields.flatMap((f) => f.message ?? []),
    ];
    it('bytes end in a message or a StatusError', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(), (input, pick) => {
          const codec = codecs.codec(messages[pick % messages.length] ?? everything, options());
          for (const work of [() => codec.toBinary(input), () => codec.toJson(input)]) {
            try {
              work();
            } catch (error) {
              expect(error).toBeInstanceOf(StatusError);
            }
          }
        }),
        { numRuns: 3_000 },
      );
    });
    it('damaged messages end in a message or a StatusError', () => {
      const whole = toBinaryOf(
        '{"fInt64":"5","rInt32":[1,2],"kString":{"a":"b"},"inner":{"child":{"name":"x"}},"any":{"@type":"a/test.Inner","name":"y"},"struct":{"a":[1,{}]},"timestamp":"2024-01-01T00:00:00Z"}',
      );
      const codec = codecs.codec(everything, options());
      for (let at = 0; at < whole.length; at++) {
        for (const byte of [0, 1, 0x7f, 0x80, 0xff]) {
          const damaged = whole.slice();
          damaged[at] = byte;
          for (const input of [damaged, whole.slice(0, at)]) {
            try {
              codec.toJson(input);
            } catch (error) {
              expect(error).toBeInstanceOf(StatusError);
            }
          }
        }
      }
    });
  });
}
