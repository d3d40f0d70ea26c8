import { describe, expect, it } from 'vitest';
import { codecTypes, fieldOf, testMessage } from '../../test/support/codec-protos.js';
import { defaultCodecOptions } from './codec.js';
import { createReferenceCodecs } from './reference.js';
import { TextValueError, textField, textMapField } from './text-field.js';

const everything = testMessage('Everything');
const codec = createReferenceCodecs(codecTypes, { nestingDepthMax: 100 }).codec(
  everything,
  defaultCodecOptions,
);

function json(binary: Uint8Array): string {
  return new TextDecoder().decode(codec.toJson(binary));
}

function encoderOf(name: string) {
  const encoder = textField(fieldOf(everything, name));
  if ('problem' in encoder) {
    throw new Error(encoder.problem);
  }
  return encoder;
}

function mapEncoderOf(name: string) {
  const encoder = textMapField(fieldOf(everything, name));
  if ('problem' in encoder) {
    throw new Error(encoder.problem);
  }
  return encoder;
}

describe('text → leaf', () => {
  it.each([
    ['o_bool', 'true', '{"oBool":true}'],
    ['o_bool', 'false', '{"oBool":false}'],
    ['o_int32', '0', '{"oInt32":0}'],
    ['o_int32', '-2147483648', '{"oInt32":-2147483648}'],
    ['o_int32', '1e3', '{"oInt32":1000}'],
    ['o_int32', '5.0', '{"oInt32":5}'],
    ['o_int64', '9007199254740993', '{"oInt64":"9007199254740993"}'],
    ['o_uint64', '18446744073709551615', '{"oUint64":"18446744073709551615"}'],
    ['o_sint32', '-1', '{"oSint32":-1}'],
    ['o_fixed64', '7', '{"oFixed64":"7"}'],
    ['o_double', '-1.5e3', '{"oDouble":-1500}'],
    ['o_double', 'NaN', '{"oDouble":"NaN"}'],
    ['o_float', '-Infinity', '{"oFloat":"-Infinity"}'],
    ['o_string', '', '{"oString":""}'],
    ['o_string', 'a "b" ü 😀', '{"oString":"a \\"b\\" ü 😀"}'],
    ['o_bytes', '', '{"oBytes":""}'],
    ['o_bytes', '-_8', '{"oBytes":"+/8="}'],
    ['o_bytes', '+/8=', '{"oBytes":"+/8="}'],
    ['color', 'RED', '{"color":"RED"}'],
    ['color', '5', '{"color":"BLUE"}'],
    ['color', '77', '{"color":77}'],
    ['r_string', 'a,b', '{"rString":["a,b"]}'],
    ['r_int32', '0', '{"rInt32":[0]}'],
    ['unpacked', '3', '{"unpacked":[3]}'],
    ['colors', 'RED', '{"colors":["RED"]}'],
    ['timestamp', '2024-01-01T00:00:00Z', '{"timestamp":"2024-01-01T00:00:00Z"}'],
    ['timestamp', '1970-01-01T00:00:00Z', '{"timestamp":"1970-01-01T00:00:00Z"}'],
    ['r_timestamp', '1970-01-01T00:00:01Z', '{"rTimestamp":["1970-01-01T00:00:01Z"]}'],
    ['duration', '-1.5s', '{"duration":"-1.500s"}'],
    ['mask', 'fooBar,a_b.c', '{"mask":"fooBar,aB.c"}'],
    ['mask', '', '{"mask":""}'],
    ['w_int64', '0', '{"wInt64":"0"}'],
    ['w_string', '', '{"wString":""}'],
    ['w_bool', 'true', '{"wBool":true}'],
    ['struct', '{"a":[1,null]}', '{"struct":{"a":[1,null]}}'],
    ['value', 'null', '{"value":null}'],
    ['value', '"x"', '{"value":"x"}'],
    ['list', '[1]', '{"list":[1]}'],
    ['choice_number', '0', '{"choiceNumber":0}'],
    ['null_value', 'NULL_VALUE', '{}'],
  ])('%s=%s → %s', (name, text, expected) => {
    expect(json(encoderOf(name).encode(text))).toBe(expected);
  });

  it.each([
    ['f_bool', 'True'],
    ['f_bool', '1'],
    ['f_bool', ''],
    ['f_int32', ''],
    ['f_int32', ' 1'],
    ['f_int32', '+1'],
    ['f_int32', '0x1'],
    ['f_int32', '01'],
    ['f_int32', '1.5'],
    ['f_int32', '2147483648'],
    ['f_uint32', '-1'],
    ['f_uint64', '18446744073709551616'],
    ['f_double', '1e309'],
    ['f_double', 'inf'],
    ['f_double', ''],
    ['f_float', '1e39'],
    ['f_bytes', '*'],
    ['f_string', '\ud800'],
    ['color', 'red'],
    ['color', ''],
    ['color', '2147483648'],
    ['timestamp', '"2024-01-01T00:00:00Z"'],
    ['timestamp', 'yesterday'],
    ['duration', '1'],
    ['duration', '1m'],
    ['mask', 'a,,b'],
    ['w_int32', 'x'],
    ['w_int32', ''],
    ['struct', '[]'],
    ['struct', '{"a":1,"a":2}'],
    ['struct', ''],
    ['value', 'x'],
    ['value', '"\ud800"'],
    ['value', '['.repeat(200)],
    ['list', '{}'],
  ])('%s refuses %j and says what is valid', (name, text) => {
    expect(() => encoderOf(name).encode(text)).toThrow(TextValueError);
    expect(() => encoderOf(name).encode(text)).toThrow(/^must be /);
  });

  it('a text that is refused leaves nothing in the next one', () => {
    const { encode } = encoderOf('timestamp');
    const good = encode('2024-01-01T00:00:00Z');
    expect(() => encode('yesterday')).toThrow(TextValueError);
    expect(encode('2024-01-01T00:00:00Z')).toEqual(good);
  });

  it('a default value is written, so that it can displace another', () => {
    expect(encoderOf('f_int32').encode('0')).toEqual(new Uint8Array([0x18, 0]));
    expect(encoderOf('f_string').encode('')).toEqual(new Uint8Array([0x72, 0]));
  });

  it('a closed enum takes declared numbers only', () => {
    const closed = textField(fieldOf(testMessage('Legacy'), 'closed'));
    expect(() => 'encode' in closed && closed.encode('3')).toThrow(TextValueError);
    expect('encode' in closed && closed.encode('2')).toEqual(new Uint8Array([0x18, 2]));
  });

  it.each(['inner', 'items', 'any', 'empty', 'k_string'])('%s has no text form', (name) => {
    expect(textField(fieldOf(everything, name))).toHaveProperty('problem');
  });
});

describe('text → map entry', () => {
  it.each([
    ['k_string', 'a.b', 'x', '{"kString":{"a.b":"x"}}'],
    ['k_string', '', '', '{"kString":{"":""}}'],
    ['k_int64', '-5', 'x', '{"kInt64":{"-5":"x"}}'],
    ['k_bool', 'true', 'x', '{"kBool":{"true":"x"}}'],
    ['color_map', 'a', 'RED', '{"colorMap":{"a":"RED"}}'],
    ['bytes_map', 'a', '_w', '{"bytesMap":{"a":"/w=="}}'],
    ['duration_map', 'a', '1s', '{"durationMap":{"a":"1s"}}'],
  ])('%s[%s]=%s → %s', (name, key, text, expected) => {
    expect(json(mapEncoderOf(name).encode(key, text))).toBe(expected);
  });
  it.each([
    ['k_int32', 'a', 'x'],
    ['k_int32', '2147483648', 'x'],
    ['k_bool', 'TRUE', 'x'],
    ['color_map', 'a', 'red'],
  ])('%s refuses [%s]=%s', (name, key, text) => {
    expect(() => mapEncoderOf(name).encode(key, text)).toThrow(TextValueError);
  });
  it.each(['inner_map', 'f_int32'])('%s has no text form', (name) => {
    expect(textMapField(fieldOf(everything, name))).toHaveProperty('problem');
  });
});
