import { createRegistry, type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { defaultLimits } from '../limits.js';
import { StatusError } from '../status/index.js';
import { isDelimited } from './runtime/any-field.js';
import { describeEnum, enumFromText } from './runtime/enum-value.js';
import { readJsonText } from './runtime/json-reader.js';
import { createLookups } from './runtime/lookups.js';
import { writeFieldMask, writeMessage, writeSecondsNanos } from './runtime/message-writer.js';
import { describeScalar, isZero, scalarFromText, wireTypeOf, writeScalar } from './runtime/scalar.js';
import {
  durationForm,
  fieldMaskForm,
  parseDuration,
  parseFieldMask,
  parseTimestamp,
  timestampForm,
  wrappedScalar,
} from './runtime/well-known.js';

/** A text is no value of its field. The message says what one looks like: "must be true or false". */
export class TextValueError extends Error {
  override readonly name = 'TextValueError';
}

/** Text of a path variable or query parameter → protobuf bytes of a leaf field. */
export interface TextField {
  /**
   * Tag and value relative to the message that has the leaf. A default value is written too, and
   * a repeated field gets one element. Throws TextValueError.
   */
  encode(text: string): Uint8Array;
}

/** `f[key]=text` of a query → protobuf bytes of one map entry. */
export interface TextMapField {
  /** Tag and entry, relative to the message that has the map. Throws TextValueError. */
  encode(key: string, text: string): Uint8Array;
}

/** Why a field of this type cannot be given as text; found at load. */
export interface TextFieldProblem {
  readonly problem: string;
}

/** Writes the value under a field number, with its tag. */
type WriteText = (writer: BinaryWriter, number: number, text: string) => void;

/**
 * Encoder of a leaf given as text: scalars, enums, Timestamp, Duration, FieldMask and wrappers
 * in their unquoted ProtoJSON form; Struct, Value and ListValue as JSON text. Everything else
 * belongs in the body.
 */
export function textField(leaf: DescField): TextField | TextFieldProblem {
  if (leaf.fieldKind === 'map') {
    return { problem: `map field ${leaf.name} needs a key, as in ${leaf.jsonName}[key]=value` };
  }
  const write = writerOf(leaf);
  if ('problem' in write) return write;
  // Kept, since a new one makes a new array for each value; `finish` copies and begins again.
  const writer = new BinaryWriter();
  const isString = leaf.fieldKind === 'scalar' && leaf.scalar === ScalarType.STRING;
  const tag = new BinaryWriter().tag(leaf.number, WireType.LengthDelimited).finish();
  return {
    encode: (text) => {
      const short = isString ? shortString(tag, text) : undefined;
      if (short !== undefined) return short;
      try {
        write.text(writer, leaf.number, text);
      } catch (error) {
        writer.finish();
        throw error;
      }
      return writer.finish();
    },
  };
}

/** A string whose length takes one byte, all ASCII: what most names and ids are. Undefined for others. */
function shortString(tag: Uint8Array, text: string): Uint8Array | undefined {
  const { length } = text;
  if (length > 127) return undefined;
  const bytes = new Uint8Array(tag.length + 1 + length);
  let end = 0;
  for (; end < tag.length; end++) bytes[end] = tag[end] ?? 0;
  bytes[end++] = length;
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0x7f) return undefined;
    bytes[end++] = code;
  }
  return bytes;
}

/** Encoder of one map entry given as text; values of a message type without a text form are a problem. */
export function textMapField(field: DescField): TextMapField | TextFieldProblem {
  if (field.fieldKind !== 'map') {
    return { problem: `field ${field.name} is not a map` };
  }
  const write = writerOf(field);
  if ('problem' in write) {
    return write;
  }
  return {
    encode: (keyText, text) => {
      const key = scalarFromText(field.mapKey, keyText);
      if (key === undefined) {
        throw new TextValueError(`must have a key that is ${describeScalar(field.mapKey)}`);
      }
      const writer = new BinaryWriter().tag(field.number, WireType.LengthDelimited).fork();
      writer.tag(1, wireTypeOf(field.mapKey));
      writeScalar(writer, field.mapKey, key);
      write.text(writer, 2, text);
      return writer.join().finish();
    },
  };
}

function writerOf(field: DescField): { readonly text: WriteText } | TextFieldProblem {
  if (field.enum !== undefined) {
    const desc = field.enum;
    const lookups = createLookups();
    return {
      text: (writer, number, text) => {
        const value = valid(enumFromText(lookups, desc, text), () =>
          describeEnum(desc, { kind: 'string', value: text }),
        );
        writer.tag(number, WireType.Varint).int32(value);
      },
    };
  }
  if (field.message === undefined) {
    return { text: scalarWriter(field.scalar) };
  }
  const content = contentWriter(field);
  if (content === undefined) {
    return {
      problem: `field ${field.name} of type ${field.message.typeName} has no text form: use the body`,
    };
  }
  const delimited = isDelimited(field);
  return {
    text: (writer, number, text) => {
      if (delimited) {
        writer.tag(number, WireType.StartGroup);
        content(writer, text);
        writer.tag(number, WireType.EndGroup);
      } else {
        writer.tag(number, WireType.LengthDelimited).fork();
        content(writer, text);
        writer.join();
      }
    },
  };
}

function scalarWriter(type: ScalarType): WriteText {
  return (writer, number, text) => {
    const value = valid(scalarFromText(type, text), () => describeText(type));
    writer.tag(number, wireTypeOf(type));
    writeScalar(writer, type, value);
  };
}

/** A string is any text that is Unicode; the other forms are named without the quotes of JSON. */
function describeText(type: ScalarType): string {
  return type === ScalarType.STRING ? 'valid Unicode text' : describeScalar(type).replaceAll('"', '');
}

/** Writes the fields of a message that has a text form; undefined for other types. */
function contentWriter(field: DescField): ((writer: BinaryWriter, text: string) => void) | undefined {
  const message = field.message;
  if (message === undefined) {
    return undefined;
  }
  const scalar = wrappedScalar(message.typeName);
  if (scalar !== undefined) {
    return (writer, text) => {
      const value = valid(scalarFromText(scalar, text), () => describeText(scalar));
      if (!isZero(value)) {
        writer.tag(1, wireTypeOf(scalar));
        writeScalar(writer, scalar, value);
      }
    };
  }
  switch (message.typeName) {
    case 'google.protobuf.Timestamp':
      return (writer, text) =>
        writeSecondsNanos(
          writer,
          valid(parseTimestamp(text), () => timestampForm.replaceAll('"', '')),
        );
    case 'google.protobuf.Duration':
      return (writer, text) =>
        writeSecondsNanos(
          writer,
          valid(parseDuration(text), () => durationForm.replaceAll('"', '')),
        );
    case 'google.protobuf.FieldMask':
      return (writer, text) =>
        writeFieldMask(
          writer,
          valid(parseFieldMask(text, 'either'), () => fieldMaskForm.replaceAll('"', '')),
        );
    case 'google.protobuf.Struct':
    case 'google.protobuf.Value':
    case 'google.protobuf.ListValue':
      return jsonWriter(message);
    default:
      return undefined;
  }
}

/** Struct, Value and ListValue from JSON text; they hold no Any, so an empty registry does. */
function jsonWriter(message: DescMessage): (writer: BinaryWriter, text: string) => void {
  const depthMax = defaultLimits.nestingDepthMax;
  const context = { types: createRegistry(), lookups: createLookups(), depthMax, ignoreUnknown: false };
  return (writer, text) => {
    const unicode = valid(scalarFromText(ScalarType.STRING, text), () => describeText(ScalarType.STRING));
    try {
      writeMessage(writer, context, message, readJsonText(String(unicode), depthMax), '', 1);
    } catch (error) {
      throw error instanceof StatusError ? new TextValueError(jsonProblems[message.typeName]) : error;
    }
  };
}

const jsonProblems: Readonly<Record<string, string>> = {
  'google.protobuf.Struct': 'must be a JSON object without duplicate keys',
  'google.protobuf.Value': 'must be a JSON value without duplicate keys',
  'google.protobuf.ListValue': 'must be a JSON array without duplicate keys',
};

function valid<T>(value: T | undefined, form: () => string): T {
  if (value === undefined) {
    throw new TextValueError(`must be ${form()}`);
  }
  return value;
}
