import {
  type DescEnum,
  type DescField,
  type DescMessage,
  type Registry,
  ScalarType,
} from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import type { Projection } from '../projection.js';
import { type AnyField, hasImplicitPresence, type MessageField } from './any-field.js';
import { isEnumNumber, isNullEnum } from './enum-value.js';
import type { Lookups } from './lookups.js';
import { keyOf, wantedEntry } from './map-key.js';
import {
  collect,
  lastScalar,
  type Occurrence,
  ofType,
  readFields,
  readMessage,
  scalarOf,
} from './occurrences.js';
import { concatBytes, contentOf, readRecords } from './records.js';
import { isZero, printScalar, readScalar, type Scalar, wireTypeOf, zeroOf } from './scalar.js';
import {
  formatDuration,
  formatFieldMask,
  formatTimestamp,
  hasOwnJsonForm,
  type SecondsNanos,
  wrappedScalar,
} from './well-known.js';

/** The message is valid protobuf but has no JSON form. The text is for the log. */
export class UnprintableError extends Error {
  override readonly name = 'UnprintableError';
}

/** What printing needs to know besides the type. */
export interface PrintContext {
  /** For Any and extensions. */
  readonly types: Registry;
  readonly lookups: Lookups;
  readonly depthMax: number;
  readonly emitDefaults: boolean;
  readonly enumsAsNumbers: boolean;
  readonly protoNames: boolean;
}

/**
 * Protobuf bytes of a message → ProtoJSON text, fields in order of their numbers, unknown fields
 * left out. `depth` counts messages, 1 for the outermost.
 *
 * Throws MalformedBinaryError, UnprintableError or the errors of BinaryReader.
 */
export function printMessage(
  context: PrintContext,
  message: DescMessage,
  binary: Uint8Array,
  depth: number,
  wanted?: Projection,
): string {
  if (depth > context.depthMax) {
    throw new UnprintableError(`${message.typeName} is nested deeper than ${context.depthMax} levels`);
  }
  const scalar = wrappedScalar(message.typeName);
  if (scalar !== undefined) {
    return printScalar(scalar, lastScalar(scalar, readFields(binary).get(1) ?? []) ?? zeroOf(scalar));
  }
  switch (message.typeName) {
    case 'google.protobuf.Any':
      return printAny(context, binary, depth);
    case 'google.protobuf.Timestamp':
      return quoted(formatTimestamp(readSecondsNanos(binary)), message);
    case 'google.protobuf.Duration':
      return quoted(formatDuration(readSecondsNanos(binary)), message);
    case 'google.protobuf.FieldMask':
      return quoted(formatFieldMask(readPaths(binary)), message);
    case 'google.protobuf.Struct':
      return printStruct(context, binary, depth);
    case 'google.protobuf.Value':
      return printValue(context, binary, depth);
    case 'google.protobuf.ListValue':
      return printListValue(context, binary, depth);
    default:
      return `{${printMembers(context, message, binary, depth, wanted).join(',')}}`;
  }
}

/**
 * Value of one field of a message, printed alone: an absent message, wrapper or field with
 * presence is `null`, any other absent field its default, `[]` or `{}`. Throws as printMessage.
 */
export function printFieldAlone(
  context: PrintContext,
  field: DescField,
  binary: Uint8Array,
  wanted?: Projection,
): string {
  // The whole message is collected, since another member of its oneof displaces the field.
  const byNumber = context.lookups.byNumber(field.parent);
  const values = collect((number) => byNumber.get(number), binary);
  return (
    printField(
      { ...context, emitDefaults: true },
      context,
      field,
      values.get(field.number) ?? [],
      1,
      wanted,
    ) ?? 'null'
  );
}

function printMembers(
  context: PrintContext,
  message: DescMessage,
  binary: Uint8Array,
  depth: number,
  wanted: Projection | undefined,
): string[] {
  const given = new Map(readMessage(context, message, binary));
  const fields = context.emitDefaults
    ? new Set<AnyField>([...message.fields, ...given.keys()])
    : given.keys();
  const members: string[] = [];
  for (const field of [...fields].sort((a, b) => a.number - b.number)) {
    // A projection names no extensions.
    if (wanted !== undefined && (field.kind === 'extension' || !wanted.has(field.number))) continue;
    const text = printField(
      context,
      context,
      field,
      given.get(field) ?? [],
      depth,
      wanted?.get(field.number),
    );
    if (text !== undefined) {
      const name = field.kind === 'field' && context.protoNames ? field.name : field.jsonName;
      members.push(`${JSON.stringify(name)}:${text}`);
    }
  }
  return members;
}

/** Text of a field's value, or undefined when it is left out. `outer` decides on that, `context` on what is inside. */
function printField(
  outer: Pick<PrintContext, 'emitDefaults'>,
  context: PrintContext,
  field: AnyField,
  values: readonly Occurrence[],
  depth: number,
  wanted: Projection | undefined,
): string | undefined {
  const printDefault = outer.emitDefaults && field.kind === 'field';
  switch (field.fieldKind) {
    case 'list': {
      const items = printItems(context, field, values, depth, wanted);
      return items.length > 0 || printDefault ? `[${items.join(',')}]` : undefined;
    }
    case 'map': {
      const entries = printEntries(context, field, values, depth, wanted);
      return entries.length > 0 || printDefault ? `{${entries.join(',')}}` : undefined;
    }
    case 'message':
      return values.length === 0 ? undefined : printSubmessage(context, field, values, depth, wanted);
    case 'enum':
    case 'scalar': {
      const type = field.fieldKind === 'enum' ? ScalarType.INT32 : field.scalar;
      const given = lastScalar(type, values);
      const value = given ?? zeroOf(type);
      const leftOut = hasImplicitPresence(field) ? isZero(value) && !printDefault : given === undefined;
      if (leftOut) {
        return undefined;
      }
      return field.fieldKind === 'enum' ? printEnum(context, field.enum, value) : printScalar(type, value);
    }
  }
}

/** Several occurrences of a singular message are one message, whose parts are merged. */
function printSubmessage(
  context: PrintContext,
  field: MessageField,
  values: readonly Occurrence[],
  depth: number,
  wanted: Projection | undefined,
): string {
  const content = concatBytes(values.map((value) => value.content));
  return printMessage(context, field.message, content, depth + 1, wanted);
}

function printItems(
  context: PrintContext,
  field: AnyField & { readonly fieldKind: 'list' },
  values: readonly Occurrence[],
  depth: number,
  wanted: Projection | undefined,
): string[] {
  if (field.listKind === 'message') {
    return values.map((value) => printMessage(context, field.message, value.content, depth + 1, wanted));
  }
  const type = field.listKind === 'enum' ? ScalarType.INT32 : field.scalar;
  const items: string[] = [];
  for (const value of values) {
    for (const item of readItems(type, value)) {
      if (field.listKind === 'scalar') {
        items.push(printScalar(type, item));
      } else if (isEnumNumber(field.enum, Number(item))) {
        items.push(printEnum(context, field.enum, item));
      }
    }
  }
  return items;
}

function readItems(type: ScalarType, value: Occurrence): readonly Scalar[] {
  if (value.wireType === wireTypeOf(type)) {
    return [scalarOf(type, value)];
  }
  const reader = new BinaryReader(value.content);
  const items: Scalar[] = [];
  while (reader.pos < reader.len) {
    items.push(readScalar(reader, type));
  }
  return items;
}

/** Entries by key, the last of equal keys; a missing key or value is its default. */
function printEntries(
  context: PrintContext,
  field: AnyField & { readonly fieldKind: 'map' },
  values: readonly Occurrence[],
  depth: number,
  map: Projection | undefined,
): string[] {
  const entries = new Map<string, readonly Occurrence[]>();
  for (const value of values) {
    const parts = readFields(value.content);
    const key = keyOf(field, parts);
    const given = parts.get(2) ?? [];
    if (isEntry(field, given)) {
      entries.set(key, given);
    }
  }
  return [...entries].flatMap(([key, given]) => {
    const wanted = map === undefined ? undefined : wantedEntry(map, key);
    if (wanted === null) return [];
    return [`${JSON.stringify(key)}:${printEntryValue(context, field, given, depth, wanted)}`];
  });
}

/** An entry with a number that its closed enum does not declare is an unknown field. */
function isEntry(field: AnyField & { readonly fieldKind: 'map' }, values: readonly Occurrence[]): boolean {
  return field.mapKind !== 'enum' || isEnumNumber(field.enum, entryNumber(field.enum, values));
}

function entryNumber(desc: DescEnum, values: readonly Occurrence[]): number {
  return Number(lastScalar(ScalarType.INT32, values) ?? desc.values[0]?.number ?? 0);
}

function printEntryValue(
  context: PrintContext,
  field: AnyField & { readonly fieldKind: 'map' },
  values: readonly Occurrence[],
  depth: number,
  wanted: Projection | undefined,
): string {
  switch (field.mapKind) {
    case 'message':
      return printSubmessage(context, field, ofType(values, WireType.LengthDelimited), depth, wanted);
    case 'scalar':
      return printScalar(field.scalar, lastScalar(field.scalar, values) ?? zeroOf(field.scalar));
    case 'enum':
      return printEnum(context, field.enum, entryNumber(field.enum, values));
  }
}

function printEnum(context: PrintContext, desc: DescEnum, value: Scalar): string {
  if (isNullEnum(desc)) {
    return 'null';
  }
  const number = Number(value);
  const name = context.enumsAsNumbers ? undefined : desc.value[number]?.jsonName;
  return name === undefined ? String(number) : JSON.stringify(name);
}

function printAny(context: PrintContext, binary: Uint8Array, depth: number): string {
  const fields = readFields(binary);
  const typeUrl = String(lastScalar(ScalarType.STRING, fields.get(1) ?? []) ?? '');
  const value = ofType(fields.get(2) ?? [], WireType.LengthDelimited).at(-1)?.content ?? new Uint8Array(0);
  return typeUrl === '' && value.length === 0 ? '{}' : printUnpacked(context, typeUrl, value, depth);
}

/** JSON of a packed message, given the parts of its Any. Throws UnprintableError if its type is unknown. */
export function printUnpacked(
  context: PrintContext,
  typeUrl: string,
  value: Uint8Array,
  depth: number,
): string {
  const message = context.types.getMessage(typeUrl.slice(typeUrl.lastIndexOf('/') + 1));
  if (message === undefined) {
    throw new UnprintableError(`an Any has the unknown type ${JSON.stringify(typeUrl)}`);
  }
  const type = `"@type":${JSON.stringify(typeUrl)}`;
  if (hasOwnJsonForm(message.typeName)) {
    return `{${type},"value":${printMessage(context, message, value, depth + 1)}}`;
  }
  if (depth >= context.depthMax) {
    throw new UnprintableError(`${message.typeName} is nested deeper than ${context.depthMax} levels`);
  }
  return `{${[type, ...printMembers(context, message, value, depth + 1, undefined)].join(',')}}`;
}

function readSecondsNanos(binary: Uint8Array): SecondsNanos {
  const fields = readFields(binary);
  return {
    seconds: asBigInt(lastScalar(ScalarType.INT64, fields.get(1) ?? [])),
    nanos: Number(lastScalar(ScalarType.INT32, fields.get(2) ?? []) ?? 0),
  };
}

function asBigInt(value: Scalar | undefined): bigint {
  return typeof value === 'bigint' ? value : 0n;
}

function readPaths(binary: Uint8Array): readonly string[] {
  return ofType(readFields(binary).get(1) ?? [], WireType.LengthDelimited).map((value) =>
    String(scalarOf(ScalarType.STRING, value)),
  );
}

function quoted(text: string | undefined, message: DescMessage): string {
  if (text === undefined) {
    throw new UnprintableError(`${message.typeName} has a value without a JSON form`);
  }
  return JSON.stringify(text);
}

function printStruct(context: PrintContext, binary: Uint8Array, depth: number): string {
  const entries = new Map<string, Uint8Array>();
  for (const entry of ofType(readFields(binary).get(1) ?? [], WireType.LengthDelimited)) {
    const parts = readFields(entry.content);
    const key = String(lastScalar(ScalarType.STRING, parts.get(1) ?? []) ?? '');
    const values = ofType(parts.get(2) ?? [], WireType.LengthDelimited);
    entries.set(key, concatBytes(values.map((value) => value.content)));
  }
  return `{${[...entries].map(([key, value]) => `${JSON.stringify(key)}:${printNestedValue(context, value, depth)}`).join(',')}}`;
}

function printListValue(context: PrintContext, binary: Uint8Array, depth: number): string {
  const values = ofType(readFields(binary).get(1) ?? [], WireType.LengthDelimited);
  return `[${values.map((value) => printNestedValue(context, value.content, depth)).join(',')}]`;
}

function printNestedValue(context: PrintContext, binary: Uint8Array, depth: number): string {
  if (depth >= context.depthMax) {
    throw new UnprintableError(`a Value is nested deeper than ${context.depthMax} levels`);
  }
  return printValue(context, binary, depth + 1);
}

const valueWireTypes: readonly (WireType | undefined)[] = [
  undefined,
  WireType.Varint,
  WireType.Bit64,
  WireType.LengthDelimited,
  WireType.Varint,
  WireType.LengthDelimited,
  WireType.LengthDelimited,
];

/** Value: oneof null (1), number (2), string (3), bool (4), Struct (5), ListValue (6); the last one counts. */
function printValue(context: PrintContext, binary: Uint8Array, depth: number): string {
  let kind = 0;
  let parts: Occurrence[] = [];
  for (const record of readRecords(binary)) {
    if (valueWireTypes[record.number] !== record.wireType) {
      continue;
    }
    if (record.number !== kind) {
      parts = [];
    }
    kind = record.number;
    parts.push({ wireType: record.wireType, content: contentOf(binary, record) });
  }
  switch (kind) {
    case 1:
      return 'null';
    case 2: {
      const number = lastScalar(ScalarType.DOUBLE, parts);
      if (!Number.isFinite(number)) {
        throw new UnprintableError('a Value holds a number that JSON has not');
      }
      return printScalar(ScalarType.DOUBLE, number ?? 0);
    }
    case 3:
      return printScalar(ScalarType.STRING, lastScalar(ScalarType.STRING, parts) ?? '');
    case 4:
      return printScalar(ScalarType.BOOL, lastScalar(ScalarType.BOOL, parts) ?? false);
    case 5:
    case 6:
      return printCompound(context, kind, concatBytes(parts.map((part) => part.content)), depth);
    default:
      throw new UnprintableError('a Value holds nothing');
  }
}

function printCompound(context: PrintContext, kind: 5 | 6, binary: Uint8Array, depth: number): string {
  if (depth >= context.depthMax) {
    throw new UnprintableError(`a Value is nested deeper than ${context.depthMax} levels`);
  }
  return kind === 5 ? printStruct(context, binary, depth + 1) : printListValue(context, binary, depth + 1);
}
