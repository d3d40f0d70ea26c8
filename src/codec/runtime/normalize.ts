import { type DescEnum, type DescMessage, type Registry, ScalarType } from '@bufbuild/protobuf';
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { type AnyField, isDelimited } from './any-field.js';
import { isEnumNumber } from './enum-value.js';
import type { Lookups } from './lookups.js';
import { UnprintableError } from './message-printer.js';
import { type Occurrence, ofType, readFields, readMessage } from './occurrences.js';
import { concatBytes, MalformedBinaryError } from './records.js';
import { readScalar, type Scalar, wireTypeOf, writeScalar, zeroOf } from './scalar.js';

/** What is needed besides the message. */
export interface NormalizeContext {
  readonly types: Registry;
  readonly lookups: Lookups;
  readonly depthMax: number;
}

/**
 * The same message as a careful serializer would have written it: fields in order of their numbers,
 * each once, submessages merged, one member of a oneof, one entry per map key with key and value,
 * no unknown fields; inside of known Any types as well (Protocol Buffers encoding, "Last One Wins").
 *
 * Throws MalformedBinaryError, UnprintableError or the errors of BinaryReader.
 */
export function normalize(
  context: NormalizeContext,
  message: DescMessage,
  binary: Uint8Array,
  depth = 1,
): Uint8Array {
  if (depth > context.depthMax)
    throw new UnprintableError(`${message.typeName} is nested deeper than ${context.depthMax} levels`);
  if (message.typeName === 'google.protobuf.Any') return normalizeAny(context, binary, depth);
  const writer = new BinaryWriter();
  for (const [field, values] of readMessage(context, message, binary))
    writeField(context, writer, field, values, depth);
  return writer.finish();
}

function writeField(
  context: NormalizeContext,
  writer: BinaryWriter,
  field: AnyField,
  values: readonly Occurrence[],
  depth: number,
): void {
  switch (field.fieldKind) {
    case 'message':
      writeMessage(context, writer, field, field.message, values, depth);
      return;
    case 'map':
      writeEntries(context, writer, field, values, depth);
      return;
    case 'list':
      if (field.listKind === 'message') {
        for (const value of values) writeMessage(context, writer, field, field.message, [value], depth);
      } else {
        writeItems(writer, field.number, field.listKind === 'enum' ? ScalarType.INT32 : field.scalar, values);
      }
      return;
    default: {
      const last = values.at(-1);
      if (last !== undefined) writeOccurrence(writer, field.number, last);
    }
  }
}

function writeOccurrence(writer: BinaryWriter, number: number, { wireType, content }: Occurrence): void {
  writer.tag(number, wireType);
  if (wireType === WireType.LengthDelimited) writer.bytes(content);
  else writer.raw(content);
}

function writeMessage(
  context: NormalizeContext,
  writer: BinaryWriter,
  field: AnyField,
  message: DescMessage,
  values: readonly Occurrence[],
  depth: number,
): void {
  const merged = normalize(context, message, concatBytes(values.map((value) => value.content)), depth + 1);
  if (isDelimited(field))
    writer.tag(field.number, WireType.StartGroup).raw(merged).tag(field.number, WireType.EndGroup);
  else writer.tag(field.number, WireType.LengthDelimited).bytes(merged);
}

function writeItems(
  writer: BinaryWriter,
  number: number,
  type: ScalarType,
  values: readonly Occurrence[],
): void {
  if (wireTypeOf(type) === WireType.LengthDelimited) {
    for (const value of values) writeOccurrence(writer, number, value);
    return;
  }
  for (const { content } of values) {
    if (!isWhole(type, content)) throw new MalformedBinaryError('half a value at the end of a packed list');
  }
  // Packed or not, the content of an occurrence is values one after the other.
  writer.tag(number, WireType.LengthDelimited).bytes(concatBytes(values.map((value) => value.content)));
}

/** Whether packed content ends with a whole value; if not, it must not become one with what follows. */
function isWhole(type: ScalarType, content: Uint8Array): boolean {
  switch (wireTypeOf(type)) {
    case WireType.Bit64:
      return content.length % 8 === 0;
    case WireType.Bit32:
      return content.length % 4 === 0;
    default:
      return (content.at(-1) ?? 0) < 128;
  }
}

function writeEntries(
  context: NormalizeContext,
  writer: BinaryWriter,
  field: AnyField & { readonly fieldKind: 'map' },
  values: readonly Occurrence[],
  depth: number,
): void {
  const entries = new Map<Scalar, Uint8Array>();
  for (const { content } of values) {
    const parts = readFields(content);
    const key = keyOf(field.mapKey, parts.get(1) ?? []);
    const entry = new BinaryWriter().tag(1, wireTypeOf(field.mapKey));
    writeScalar(entry, field.mapKey, key);
    const given = parts.get(2) ?? [];
    if (field.mapKind === 'message') {
      const inner = concatBytes(ofType(given, WireType.LengthDelimited).map((value) => value.content));
      entry.tag(2, WireType.LengthDelimited).bytes(normalize(context, field.message, inner, depth + 1));
    } else {
      const type = field.mapKind === 'enum' ? ScalarType.INT32 : field.scalar;
      const last = ofType(given, wireTypeOf(type)).at(-1);
      if (field.mapKind === 'enum' && !isEnumNumber(field.enum, enumNumber(last, field.enum))) continue;
      // A missing value stays missing: its default is the printer's to say.
      if (last !== undefined) writeOccurrence(entry, 2, last);
    }
    entries.set(key, entry.finish());
  }
  for (const entry of entries.values()) writer.tag(field.number, WireType.LengthDelimited).bytes(entry);
}

function enumNumber(value: Occurrence | undefined, desc: DescEnum): number {
  return value === undefined
    ? (desc.values[0]?.number ?? 0)
    : Number(readScalar(new BinaryReader(value.content), ScalarType.INT32));
}

function keyOf(type: ScalarType, values: readonly Occurrence[]): Scalar {
  const last = ofType(values, wireTypeOf(type)).at(-1);
  if (last === undefined) return zeroOf(type);
  return type === ScalarType.STRING
    ? new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(last.content)
    : readScalar(new BinaryReader(last.content), type);
}

function normalizeAny(context: NormalizeContext, binary: Uint8Array, depth: number): Uint8Array {
  const fields = readFields(binary);
  const url = ofType(fields.get(1) ?? [], WireType.LengthDelimited).at(-1)?.content ?? new Uint8Array(0);
  const value = ofType(fields.get(2) ?? [], WireType.LengthDelimited).at(-1)?.content ?? new Uint8Array(0);
  const typeUrl = Buffer.from(url).toString('utf8');
  const message = context.types.getMessage(typeUrl.slice(typeUrl.lastIndexOf('/') + 1));
  return new BinaryWriter()
    .tag(1, WireType.LengthDelimited)
    .bytes(url)
    .tag(2, WireType.LengthDelimited)
    .bytes(message === undefined ? value : normalize(context, message, value, depth + 1))
    .finish();
}
