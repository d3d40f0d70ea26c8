import {
  type DescEnum,
  type DescExtension,
  type DescField,
  type DescMessage,
  type Registry,
  ScalarType,
} from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { nearestName } from '../../nearest.js';
import { type AnyField, hasImplicitPresence, type MessageField } from './any-field.js';
import { depthError, elementPath, entryPath, fieldError, memberPath, shown } from './body-error.js';
import { describeEnum, enumFromJson, isNullEnum, unknownEnumName } from './enum-value.js';
import type { JsonObject, JsonValue } from './json-reader.js';
import type { Lookups } from './lookups.js';
import { describeScalar, isZero, scalarFromJson, scalarFromText, wireTypeOf, writeScalar } from './scalar.js';
import {
  durationForm,
  fieldMaskForm,
  hasOwnJsonForm,
  parseDuration,
  parseFieldMask,
  parseTimestamp,
  type SecondsNanos,
  timestampForm,
  wrappedScalar,
} from './well-known.js';

/** What the conversion of one body needs to know besides the type. */
export interface WriteContext {
  /** For Any and extensions. */
  readonly types: Registry;
  readonly lookups: Lookups;
  readonly depthMax: number;
  readonly ignoreUnknown: boolean;
}

/**
 * JSON tree → protobuf bytes of a message (ProtoJSON), fields in order of their numbers.
 * `path` is the place in the client's JSON; `depth` counts messages, 1 for the outermost.
 *
 * Throws StatusError INVALID_ARGUMENT: BODY_FIELD or BODY_TOO_DEEP.
 */
export function writeMessage(
  writer: BinaryWriter,
  context: WriteContext,
  message: DescMessage,
  json: JsonValue,
  path: string,
  depth: number,
): void {
  if (depth > context.depthMax) {
    throw depthError(context.depthMax);
  }
  const scalar = wrappedScalar(message.typeName);
  if (scalar !== undefined) {
    writeWrapper(writer, scalar, json, path);
    return;
  }
  switch (message.typeName) {
    case 'google.protobuf.Any':
      writeAny(writer, context, json, path, depth);
      return;
    case 'google.protobuf.Timestamp':
      writeSecondsNanos(writer, textOf(json, parseTimestamp, timestampForm, path));
      return;
    case 'google.protobuf.Duration':
      writeSecondsNanos(writer, textOf(json, parseDuration, durationForm, path));
      return;
    case 'google.protobuf.FieldMask':
      writeFieldMask(writer, textOf(json, parseBodyMask, fieldMaskForm, path));
      return;
    case 'google.protobuf.Struct':
      writeStruct(writer, context, json, path, depth);
      return;
    case 'google.protobuf.Value':
      writeValue(writer, context, json, path, depth);
      return;
    case 'google.protobuf.ListValue':
      writeListValue(writer, context, json, path, depth);
      return;
    default:
      writeFields(writer, context, message, objectOf(json, path), path, depth, undefined);
      return;
  }
}

/**
 * Writes one field with its tag, or nothing when the JSON is `null` and the field has no null of
 * its own. Throws as writeMessage; `depth` is that of the containing message.
 */
export function writeField(
  writer: BinaryWriter,
  context: WriteContext,
  field: AnyField,
  json: JsonValue,
  path: string,
  depth: number,
): void {
  if (isAbsent(field, json)) {
    return;
  }
  switch (field.fieldKind) {
    case 'list':
      writeList(writer, context, field, json, path, depth);
      return;
    case 'map':
      writeMap(writer, context, field, json, path, depth);
      return;
    case 'message':
      writeSubmessage(writer, context, field, json, path, depth);
      return;
    case 'enum': {
      const number = enumOf(context, field.enum, json, path);
      if (number !== undefined && !(hasImplicitPresence(field) && number === 0)) {
        writer.tag(field.number, WireType.Varint).int32(number);
      }
      return;
    }
    case 'scalar': {
      const value = scalarOf(field.scalar, json, path);
      if (!(hasImplicitPresence(field) && isZero(value))) {
        writer.tag(field.number, wireTypeOf(field.scalar));
        writeScalar(writer, field.scalar, value);
      }
      return;
    }
  }
}

/** `null` stands for an absent field, except in the two types that have a null (ProtoJSON, null). */
function isAbsent(field: AnyField, json: JsonValue): boolean {
  return json.kind === 'null' && (isRepeated(field) || !hasNull(field));
}

function isRepeated(field: AnyField): boolean {
  return field.fieldKind === 'list' || field.fieldKind === 'map';
}

/** Whether a value of the field, or an element of it, may be `null`. */
function hasNull(field: AnyField): boolean {
  return (
    field.message?.typeName === 'google.protobuf.Value' ||
    (field.enum !== undefined && isNullEnum(field.enum))
  );
}

function writeFields(
  writer: BinaryWriter,
  context: WriteContext,
  message: DescMessage,
  json: JsonObject,
  path: string,
  depth: number,
  ignoredKey: string | undefined,
): void {
  const given = new Map<AnyField, { readonly key: string; readonly value: JsonValue }>();
  const oneofs = new Map<object, string>();
  const names = context.lookups.byName(message);
  for (const [key, value] of json.members) {
    if (key === ignoredKey) {
      continue;
    }
    const field = names.get(key) ?? extensionOf(context.types, message, key);
    if (field === undefined) {
      refuseUnknown(context, names, key, value, path);
      continue;
    }
    const earlier = given.get(field);
    if (earlier !== undefined) {
      const spellings = `${shown(earlier.key)} and ${shown(key)}`;
      throw fieldError(memberPath(path, key), `is given twice, as ${spellings}`);
    }
    given.set(field, { key, value });
    if (field.oneof !== undefined && !isAbsent(field, value)) {
      const other = oneofs.get(field.oneof);
      if (other !== undefined) {
        throw fieldError(
          memberPath(path, key),
          `excludes ${shown(other)}: only one of oneof "${field.oneof.name}" may be set`,
        );
      }
      oneofs.set(field.oneof, key);
    }
  }
  for (const [field, { key, value }] of [...given].sort(([a], [b]) => a.number - b.number)) {
    writeField(writer, context, field, value, memberPath(path, key), depth);
  }
}

/** `[pkg.ext]` → the extension of that name, if it extends the message. */
function extensionOf(types: Registry, message: DescMessage, key: string): DescExtension | undefined {
  if (!key.startsWith('[') || !key.endsWith(']')) {
    return undefined;
  }
  const extension = types.getExtension(key.slice(1, -1));
  return extension?.extendee.typeName === message.typeName ? extension : undefined;
}

function refuseUnknown(
  context: WriteContext,
  names: ReadonlyMap<string, DescField>,
  key: string,
  value: JsonValue,
  path: string,
): void {
  if (!context.ignoreUnknown) {
    const near = nearestName(key, new Set([...names.values()].map((field) => field.jsonName)));
    const hint = near === undefined ? '' : ` (did you mean ${shown(near)}?)`;
    throw fieldError(memberPath(path, key), `is unknown${hint}`);
  }
  refuseDuplicates(value, memberPath(path, key));
}

/** Dropped values must be valid all the same: which of two equal keys was meant is never guessed. */
function refuseDuplicates(json: JsonValue, path: string): void {
  if (json.kind === 'array') {
    json.items.forEach((item, index) => {
      refuseDuplicates(item, elementPath(path, index));
    });
  } else if (json.kind === 'object') {
    for (const [key, value] of objectOf(json, path).members) {
      refuseDuplicates(value, memberPath(path, key));
    }
  }
}

function writeSubmessage(
  writer: BinaryWriter,
  context: WriteContext,
  field: MessageField,
  json: JsonValue,
  path: string,
  depth: number,
): void {
  if ('delimitedEncoding' in field && field.delimitedEncoding) {
    writer.tag(field.number, WireType.StartGroup);
    writeMessage(writer, context, field.message, json, path, depth + 1);
    writer.tag(field.number, WireType.EndGroup);
    return;
  }
  writer.tag(field.number, WireType.LengthDelimited).fork();
  writeMessage(writer, context, field.message, json, path, depth + 1);
  writer.join();
}

function writeList(
  writer: BinaryWriter,
  context: WriteContext,
  field: AnyField & { readonly fieldKind: 'list' },
  json: JsonValue,
  path: string,
  depth: number,
): void {
  if (json.kind !== 'array') {
    throw fieldError(path, `must be an array, not ${nameOf(json)}`);
  }
  const packed = new BinaryWriter();
  const target = field.packed ? packed : writer;
  json.items.forEach((item, index) => {
    const at = elementPath(path, index);
    if (item.kind === 'null' && !hasNull(field)) {
      throw fieldError(at, 'must not be null');
    }
    if (field.listKind === 'message') {
      writeSubmessage(writer, context, field, item, at, depth);
      return;
    }
    const type = field.listKind === 'enum' ? ScalarType.INT32 : field.scalar;
    const value =
      field.listKind === 'enum' ? enumOf(context, field.enum, item, at) : scalarOf(field.scalar, item, at);
    if (value !== undefined) {
      if (!field.packed) {
        writer.tag(field.number, wireTypeOf(type));
      }
      writeScalar(target, type, value);
    }
  });
  const values = packed.finish();
  if (values.length > 0) {
    writer.tag(field.number, WireType.LengthDelimited).bytes(values);
  }
}

/** A map is a repeated message of key (1) and value (2); both are always written. */
function writeMap(
  writer: BinaryWriter,
  context: WriteContext,
  field: AnyField & { readonly fieldKind: 'map' },
  json: JsonValue,
  path: string,
  depth: number,
): void {
  const seen = new Set<unknown>();
  for (const [keyText, value] of objectOf(json, path, entryPath).members) {
    const at = entryPath(path, keyText);
    const key = scalarFromText(field.mapKey, keyText);
    if (key === undefined) {
      throw fieldError(at, `has a key that must be ${describeScalar(field.mapKey)}`);
    }
    if (seen.has(key)) {
      throw fieldError(at, 'has the same key as another entry');
    }
    seen.add(key);
    if (value.kind === 'null' && !hasNull(field)) {
      throw fieldError(at, 'must not be null');
    }
    const entry = new BinaryWriter().tag(1, wireTypeOf(field.mapKey));
    writeScalar(entry, field.mapKey, key);
    if (field.mapKind === 'message') {
      entry.tag(2, WireType.LengthDelimited).fork();
      writeMessage(entry, context, field.message, value, at, depth + 1);
      entry.join();
    } else {
      const type = field.mapKind === 'enum' ? ScalarType.INT32 : field.scalar;
      const scalar =
        field.mapKind === 'enum' ? enumOf(context, field.enum, value, at) : scalarOf(field.scalar, value, at);
      if (scalar === undefined) {
        continue;
      }
      entry.tag(2, wireTypeOf(type));
      writeScalar(entry, type, scalar);
    }
    writer.tag(field.number, WireType.LengthDelimited).bytes(entry.finish());
  }
}

function scalarOf(type: ScalarType, json: JsonValue, path: string) {
  const value = scalarFromJson(type, json);
  if (value === undefined) {
    throw fieldError(path, `must be ${describeScalar(type)}${notThis(json)}`);
  }
  return value;
}

/** Undefined when an unknown name is to be ignored. */
function enumOf(context: WriteContext, desc: DescEnum, json: JsonValue, path: string): number | undefined {
  const number = enumFromJson(context.lookups, desc, json);
  if (number === unknownEnumName) {
    if (context.ignoreUnknown) {
      return undefined;
    }
  } else if (number !== undefined) {
    return number;
  }
  throw fieldError(path, `must be ${describeEnum(desc, json)}`);
}

function writeWrapper(writer: BinaryWriter, type: ScalarType, json: JsonValue, path: string): void {
  const value = scalarOf(type, json, path);
  if (!isZero(value)) {
    writer.tag(1, wireTypeOf(type));
    writeScalar(writer, type, value);
  }
}

/** Any: type_url (1), value (2). The members beside "@type", or "value" for types with a JSON form of their own. */
function writeAny(
  writer: BinaryWriter,
  context: WriteContext,
  json: JsonValue,
  path: string,
  depth: number,
): void {
  const object = objectOf(json, path);
  if (object.members.size === 0) {
    return;
  }
  const typePath = memberPath(path, '@type');
  const typeUrl = object.members.get('@type');
  if (typeUrl?.kind !== 'string' || !/.\/[^/]+$/.test(typeUrl.value)) {
    throw fieldError(typePath, 'must be a type URL such as "type.googleapis.com/package.Message"');
  }
  const message = context.types.getMessage(typeUrl.value.slice(typeUrl.value.lastIndexOf('/') + 1));
  if (message === undefined) {
    throw fieldError(typePath, `names the unknown type ${shown(typeUrl.value)}`);
  }
  const content = new BinaryWriter();
  const inner = object.members.get('value');
  const emptyInValue = message.typeName === 'google.protobuf.Empty' && inner !== undefined;
  if (hasOwnJsonForm(message.typeName) || emptyInValue) {
    for (const [key, value] of object.members) {
      if (key !== '@type' && key !== 'value') {
        refuseUnknown(context, new Map(), key, value, path);
      }
    }
    if (inner === undefined) {
      throw fieldError(memberPath(path, 'value'), `is missing, which holds the ${message.typeName}`);
    }
    writeMessage(content, context, message, inner, memberPath(path, 'value'), depth + 1);
  } else {
    if (depth >= context.depthMax) {
      throw depthError(context.depthMax);
    }
    writeFields(content, context, message, object, path, depth + 1, '@type');
  }
  writer.tag(1, WireType.LengthDelimited).string(typeUrl.value);
  const value = content.finish();
  if (value.length > 0) {
    writer.tag(2, WireType.LengthDelimited).bytes(value);
  }
}

/** Timestamp and Duration: seconds (1), nanos (2). */
export function writeSecondsNanos(writer: BinaryWriter, { seconds, nanos }: SecondsNanos): void {
  if (seconds !== 0n) {
    writer.tag(1, WireType.Varint).int64(seconds);
  }
  if (nanos !== 0) {
    writer.tag(2, WireType.Varint).int32(nanos);
  }
}

/** FieldMask: repeated paths (1). */
export function writeFieldMask(writer: BinaryWriter, paths: readonly string[]): void {
  for (const path of paths) {
    writer.tag(1, WireType.LengthDelimited).string(path);
  }
}

function parseBodyMask(text: string): readonly string[] | undefined {
  return parseFieldMask(text, 'camel');
}

/** Struct: map<string, Value> fields (1). */
function writeStruct(
  writer: BinaryWriter,
  context: WriteContext,
  json: JsonValue,
  path: string,
  depth: number,
): void {
  for (const [key, value] of objectOf(json, path, entryPath).members) {
    writer.tag(1, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string(key);
    writer.tag(2, WireType.LengthDelimited).fork();
    writeNestedValue(writer, context, value, entryPath(path, key), depth);
    writer.join().join();
  }
}

/** ListValue: repeated Value values (1). */
function writeListValue(
  writer: BinaryWriter,
  context: WriteContext,
  json: JsonValue,
  path: string,
  depth: number,
): void {
  if (json.kind !== 'array') {
    throw fieldError(path, `must be an array, not ${nameOf(json)}`);
  }
  json.items.forEach((item, index) => {
    writer.tag(1, WireType.LengthDelimited).fork();
    writeNestedValue(writer, context, item, elementPath(path, index), depth);
    writer.join();
  });
}

function writeNestedValue(
  writer: BinaryWriter,
  context: WriteContext,
  json: JsonValue,
  path: string,
  depth: number,
): void {
  if (depth + 1 > context.depthMax) {
    throw depthError(context.depthMax);
  }
  writeValue(writer, context, json, path, depth + 1);
}

/** Value: oneof null (1), number (2), string (3), bool (4), Struct (5), ListValue (6). */
function writeValue(
  writer: BinaryWriter,
  context: WriteContext,
  json: JsonValue,
  path: string,
  depth: number,
): void {
  switch (json.kind) {
    case 'null':
      writer.tag(1, WireType.Varint).int32(0);
      return;
    case 'number': {
      const value = Number(json.text);
      if (!Number.isFinite(value)) {
        throw fieldError(path, 'must be a number in the range of double');
      }
      writer.tag(2, WireType.Bit64).double(value);
      return;
    }
    case 'string':
      writer.tag(3, WireType.LengthDelimited).string(json.value);
      return;
    case 'boolean':
      writer.tag(4, WireType.Varint).bool(json.value);
      return;
  }
  if (depth >= context.depthMax) {
    throw depthError(context.depthMax);
  }
  if (json.kind === 'object') {
    writer.tag(5, WireType.LengthDelimited).fork();
    writeStruct(writer, context, json, path, depth + 1);
  } else {
    writer.tag(6, WireType.LengthDelimited).fork();
    writeListValue(writer, context, json, path, depth + 1);
  }
  writer.join();
}

function objectOf(json: JsonValue, path: string, step = memberPath): JsonObject {
  if (json.kind !== 'object') {
    throw fieldError(path, `must be an object, not ${nameOf(json)}`);
  }
  if (json.duplicateKey !== undefined) {
    throw fieldError(step(path, json.duplicateKey), 'is given twice');
  }
  return json;
}

function textOf<T>(json: JsonValue, parse: (text: string) => T | undefined, form: string, path: string): T {
  const value = json.kind === 'string' ? parse(json.value) : undefined;
  if (value === undefined) {
    throw fieldError(path, `must be ${form}${notThis(json)}`);
  }
  return value;
}

/** Says what came instead where that is not obvious from the client's own text. */
function notThis(json: JsonValue): string {
  return json.kind === 'string' || json.kind === 'number' ? '' : `, not ${nameOf(json)}`;
}

function nameOf(json: JsonValue): string {
  switch (json.kind) {
    case 'null':
      return 'null';
    case 'array':
      return 'an array';
    case 'object':
      return 'an object';
    default:
      return `a ${json.kind}`;
  }
}
