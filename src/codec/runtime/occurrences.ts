import {
  type DescEnum,
  type DescField,
  type DescMessage,
  type Registry,
  ScalarType,
} from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { type AnyField, isDelimited } from './any-field.js';
import { isEnumNumber } from './enum-value.js';
import type { Lookups } from './lookups.js';
import { contentOf, readRecords, type WireRecord } from './records.js';
import { readScalar, type Scalar, wireTypeOf } from './scalar.js';

/** One occurrence of a field: its wire type and content. */
export interface Occurrence {
  readonly wireType: WireType;
  readonly content: Uint8Array;
}

export type Occurrences = ReadonlyMap<number, readonly Occurrence[]>;

/** Occurrences by field number, whatever the field is. */
export function readFields(binary: Uint8Array): Occurrences {
  const fields = new Map<number, Occurrence[]>();
  for (const record of readRecords(binary)) {
    add(fields, record, binary);
  }
  return fields;
}

/** Those of one wire type. */
export function ofType(values: readonly Occurrence[], wireType: WireType): readonly Occurrence[] {
  return values.filter((value) => value.wireType === wireType);
}

/** Fields and extensions that a message holds, with their occurrences, in order of their numbers. */
export function readMessage(
  context: { readonly types: Registry; readonly lookups: Lookups },
  message: DescMessage,
  binary: Uint8Array,
): readonly (readonly [AnyField, readonly Occurrence[]])[] {
  const byNumber = context.lookups.byNumber(message);
  const extensions = new Map<number, AnyField>();
  const values = collect((number) => {
    const field: DescField | AnyField | undefined =
      byNumber.get(number) ?? context.types.getExtensionFor(message, number);
    if (field?.kind === 'extension') {
      extensions.set(number, field);
    }
    return field;
  }, binary);
  return [...values]
    .sort(([a], [b]) => a - b)
    .flatMap(([number, occurrences]) => {
      const field = byNumber.get(number) ?? extensions.get(number);
      return field === undefined ? [] : [[field, occurrences] as const];
    });
}

/** Occurrences of known fields that have a fitting wire type; of a oneof, those of the last member. */
export function collect(fieldOf: (number: number) => AnyField | undefined, binary: Uint8Array): Occurrences {
  const fields = new Map<number, Occurrence[]>();
  for (const record of readRecords(binary)) {
    const field = fieldOf(record.number);
    if (field === undefined || !fits(field, record.wireType)) {
      continue;
    }
    if (field.fieldKind === 'enum' && !isKnownEnum(field.enum, contentOf(binary, record))) {
      continue;
    }
    for (const sibling of field.oneof?.fields ?? []) {
      if (sibling !== field) {
        fields.delete(sibling.number);
      }
    }
    add(fields, record, binary);
  }
  return fields;
}

function add(fields: Map<number, Occurrence[]>, record: WireRecord, binary: Uint8Array): void {
  const occurrence = { wireType: record.wireType, content: contentOf(binary, record) };
  const others = fields.get(record.number);
  if (others === undefined) {
    fields.set(record.number, [occurrence]);
  } else {
    others.push(occurrence);
  }
}

/** A record of another wire type than the field's is an unknown field. */
function fits(field: AnyField, wireType: WireType): boolean {
  switch (field.fieldKind) {
    case 'scalar':
      return wireType === wireTypeOf(field.scalar);
    case 'enum':
      return wireType === WireType.Varint;
    case 'map':
      return wireType === WireType.LengthDelimited;
    case 'message':
      return wireType === messageWireType(field);
    case 'list': {
      if (field.listKind === 'message') {
        return wireType === messageWireType(field);
      }
      const unpacked = wireTypeOf(field.listKind === 'enum' ? ScalarType.INT32 : field.scalar);
      // Parsers must take packed and unpacked alike (Protocol Buffers encoding, "Packed repeated fields").
      return wireType === unpacked || wireType === WireType.LengthDelimited;
    }
  }
}

function messageWireType(field: AnyField): WireType {
  return isDelimited(field) ? WireType.StartGroup : WireType.LengthDelimited;
}

/** Numbers that a closed enum does not declare are unknown fields. */
function isKnownEnum(desc: DescEnum, content: Uint8Array): boolean {
  return isEnumNumber(desc, Number(readScalar(new BinaryReader(content), ScalarType.INT32)));
}

/** A scalar that stands alone in its record. */
export function scalarOf(type: ScalarType, value: Occurrence): Scalar {
  // Strings and bytes are read with their length, which the occurrence no longer has.
  if (type === ScalarType.STRING) {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value.content);
  }
  return type === ScalarType.BYTES ? value.content : readScalar(new BinaryReader(value.content), type);
}

/** The last value given of a singular scalar. */
export function lastScalar(type: ScalarType, values: readonly Occurrence[]): Scalar | undefined {
  const last = ofType(values, wireTypeOf(type)).at(-1);
  return last === undefined ? undefined : scalarOf(type, last);
}
