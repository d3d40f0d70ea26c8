import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { Code, reasons, StatusError } from '../status/index.js';
import type { Projection } from './projection.js';
import { isDelimited } from './runtime/any-field.js';
import { keyOf, wantedEntry } from './runtime/map-key.js';
import { readFields } from './runtime/occurrences.js';
import { contentOf, MalformedBinaryError, readRecords, type WireRecord } from './runtime/records.js';

/**
 * The wanted fields of a message, as protobuf bytes in their order; what is wanted whole is not
 * looked into. For clients that take protobuf, which costs no codec.
 *
 * Throws StatusError INTERNAL (RESPONSE_UNREPRESENTABLE) when `binary` is not a protobuf message.
 */
export function projectBinary(message: DescMessage, binary: Uint8Array, wanted: Projection): Uint8Array {
  try {
    return project(message, binary, wanted);
  } catch (cause) {
    if (!(cause instanceof MalformedBinaryError)) throw cause;
    throw new StatusError(Code.INTERNAL, 'RESPONSE_UNREPRESENTABLE', reasons.RESPONSE_UNREPRESENTABLE, {
      cause,
    });
  }
}

function project(message: DescMessage, binary: Uint8Array, wanted: Projection): Uint8Array {
  const writer = new BinaryWriter();
  for (const record of readRecords(binary)) {
    const inner = wanted.get(record.number);
    if (inner !== undefined) {
      const field = message.fields.find(({ number }) => number === record.number);
      if (field !== undefined) projectRecord(writer, field, binary, record, inner);
    } else if (wanted.has(record.number)) {
      writer.raw(binary.subarray(record.start, record.end));
    }
  }
  return writer.finish();
}

function projectRecord(
  writer: BinaryWriter,
  field: DescField,
  binary: Uint8Array,
  record: WireRecord,
  inner: Projection,
): void {
  const content = contentOf(binary, record);
  if (field.fieldKind === 'map') {
    const entry = projectEntry(field, content, inner);
    if (entry !== undefined) writer.tag(record.number, WireType.LengthDelimited).bytes(entry);
  } else if (field.message !== undefined && isDelimited(field)) {
    const kept = project(field.message, content, inner);
    writer.tag(record.number, WireType.StartGroup).raw(kept).tag(record.number, WireType.EndGroup);
  } else if (field.message !== undefined) {
    writer.tag(record.number, WireType.LengthDelimited).bytes(project(field.message, content, inner));
  }
}

/** One entry of a map with what is wanted of its value, or undefined. */
function projectEntry(
  field: DescField & { readonly fieldKind: 'map' },
  entry: Uint8Array,
  map: Projection,
): Uint8Array | undefined {
  const wanted = wantedEntry(map, keyOf(field, readFields(entry)));
  if (wanted === null) return undefined;
  if (wanted === undefined || field.mapKind !== 'message') return entry;
  const writer = new BinaryWriter();
  for (const record of readRecords(entry)) {
    if (record.number === 2) {
      const value = project(field.message, contentOf(entry, record), wanted);
      writer.tag(2, WireType.LengthDelimited).bytes(value);
    } else writer.raw(entry.subarray(record.start, record.end));
  }
  return writer.finish();
}
