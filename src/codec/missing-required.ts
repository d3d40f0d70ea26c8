import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { FeatureSet_FieldPresence } from '@bufbuild/protobuf/wkt';
import { holdingTypes } from '../descriptor/index.js';
import { concatBytes, contentOf, MalformedBinaryError, readRecords } from './runtime/records.js';

/** Protobuf bytes → path of the first required field that is not there, in JSON names. */
export type MissingRequired = (binary: Uint8Array) => string | undefined;

/**
 * Finds required fields (proto2 `required`, editions LEGACY_REQUIRED) that a message lacks, in it
 * or below: parsers refuse such a message whole. Bytes that are no message, and what is nested
 * deeper than `depthMax`, are left to the parser that gets them; so are extensions.
 *
 * Undefined for a type without required fields anywhere, as all of proto3 is.
 */
export function missingRequired(message: DescMessage, depthMax: number): MissingRequired | undefined {
  const concerned = holdingTypes([message], ({ fields }) => fields.some(isRequired));
  if (!concerned.has(message)) return undefined;
  return (binary) => {
    try {
      return find(message, binary, '', depthMax, concerned);
    } catch (error) {
      if (error instanceof MalformedBinaryError) return undefined;
      throw error;
    }
  };
}

function find(
  message: DescMessage,
  binary: Uint8Array,
  path: string,
  depthMax: number,
  concerned: ReadonlySet<DescMessage>,
): string | undefined {
  const given = valuesOf(message, binary);
  for (const field of message.fields) {
    const values = given.get(field);
    const own = `${path}${field.jsonName}`;
    if (values === undefined) {
      if (isRequired(field)) return own;
      continue;
    }
    const inner = field.message;
    if (inner === undefined || !concerned.has(inner) || depthMax === 1) continue;
    const repeated = field.fieldKind === 'list';
    // Occurrences of a singular message are pieces of one.
    const wholes = repeated || field.fieldKind === 'map' ? values : [concatBytes(values)];
    for (const [index, value] of wholes.entries()) {
      const content = field.fieldKind === 'map' ? entryValue(value) : value;
      const missing = find(inner, content, `${own}${repeated ? `[${index}]` : ''}.`, depthMax - 1, concerned);
      if (missing !== undefined) return missing;
    }
  }
  return undefined;
}

/** Contents by field, in order; of a oneof only the last member's. */
function valuesOf(message: DescMessage, binary: Uint8Array): ReadonlyMap<DescField, Uint8Array[]> {
  const byNumber = new Map(message.fields.map((field) => [field.number, field]));
  const values = new Map<DescField, Uint8Array[]>();
  for (const record of readRecords(binary)) {
    const field = byNumber.get(record.number);
    if (field === undefined) continue;
    for (const sibling of field.oneof?.fields ?? []) if (sibling !== field) values.delete(sibling);
    const known = values.get(field) ?? [];
    known.push(contentOf(binary, record));
    values.set(field, known);
  }
  return values;
}

/** Field 2 of a map entry. */
function entryValue(entry: Uint8Array): Uint8Array {
  const pieces = readRecords(entry).filter((record) => record.number === 2);
  return concatBytes(pieces.map((record) => contentOf(entry, record)));
}

function isRequired(field: DescField): boolean {
  return field.presence === FeatureSet_FieldPresence.LEGACY_REQUIRED;
}
