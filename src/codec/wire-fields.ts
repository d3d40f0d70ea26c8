import { type DescEnum, type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** One record of a message on the wire, for people to read. */
export interface WireField {
  /** Where it begins, and how many bytes it is shown with: of a message its tag and length only, its fields follow. */
  readonly offset: number;
  readonly length: number;
  /** In proto names: "book.tags", "labels[a]"; "#12" for a field that the type does not have. */
  readonly path: string;
  /** Of its fields, outermost first; without those of unknown fields. */
  readonly fields: readonly DescField[];
  /** As text, cut where it is long; undefined for a message. */
  readonly value: string | undefined;
}

const valueLengthMax = 120;

/**
 * The records of a message in the order of its bytes, messages taken apart: "a dump with a word on each line". At most
 * `rowsMax` of them; bytes that are no message end it.
 */
export function wireFields(type: DescMessage, binary: Uint8Array, rowsMax: number): readonly WireField[] {
  const rows: WireField[] = [];
  try {
    read(type, binary, 0, '', [], rows, rowsMax);
  } catch {
    // What cannot be read is shown as bytes by whoever asks.
  }
  return rows;
}

function read(
  type: DescMessage,
  bytes: Uint8Array,
  base: number,
  prefix: string,
  parents: readonly DescField[],
  rows: WireField[],
  rowsMax: number,
): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len && rows.length < rowsMax) {
    const start = reader.pos;
    const [number, wireType] = reader.tag();
    const field = type.fields.find((known) => known.number === number);
    const row = (value: string | undefined, end: number, path: string, fields: readonly DescField[]): void =>
      void rows.push({ offset: base + start, length: end - start, path, fields, value });
    if (field === undefined) {
      reader.skip(wireType, number);
      row(`${reader.pos - start} bytes`, reader.pos, `${prefix}#${number}`, parents);
      continue;
    }
    const path = `${prefix}${field.name}`;
    const fields = [...parents, field];
    if (wireType === WireType.LengthDelimited && field.fieldKind === 'map') {
      const content = reader.bytes();
      row(entryText(field, content), reader.pos, `${path}[${keyText(field, content)}]`, fields);
    } else if (wireType === WireType.LengthDelimited && field.message !== undefined) {
      const content = reader.bytes();
      const head = reader.pos - content.length;
      row(undefined, head, path, fields);
      read(field.message, content, base + head, `${path}.`, fields, rows, rowsMax);
    } else if (wireType === WireType.StartGroup) {
      reader.skip(wireType, number);
      row(`${reader.pos - start} bytes`, reader.pos, path, fields);
    } else {
      row(cut(leafText(field, reader, wireType)), reader.pos, path, fields);
    }
  }
}

function leafText(field: DescField, reader: BinaryReader, wireType: WireType): string {
  const isPacked = field.fieldKind === 'list' && wireType === WireType.LengthDelimited;
  const { scalar, enum: named } = field;
  if (!isPacked || scalar === ScalarType.STRING || scalar === ScalarType.BYTES)
    return valueText(reader, scalar, named);
  const content = new BinaryReader(reader.bytes());
  const values: string[] = [];
  while (content.pos < content.len) values.push(valueText(content, scalar, named));
  return `[${values.join(', ')}]`;
}

function keyText({ mapKey }: DescField & { readonly fieldKind: 'map' }, entry: Uint8Array): string {
  const reader = new BinaryReader(entry);
  const isSet = reader.len > 0 && reader.tag()[0] === 1;
  const key = isSet ? valueText(reader, mapKey, undefined) : mapKey === ScalarType.STRING ? '""' : '0';
  return key.startsWith('"') ? key.slice(1, -1) : key;
}

function entryText(field: DescField & { readonly fieldKind: 'map' }, entry: Uint8Array): string {
  const reader = new BinaryReader(entry);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number !== 2) reader.skip(wireType, number);
    else if (field.message !== undefined) return `${reader.bytes().length} bytes`;
    else return cut(valueText(reader, field.scalar, field.enum));
  }
  return 'nothing';
}

function valueText(
  reader: BinaryReader,
  scalar: ScalarType | undefined,
  named: DescEnum | undefined,
): string {
  if (named !== undefined) {
    const number = reader.int32();
    return named.value[number]?.name ?? String(number);
  }
  switch (scalar) {
    case ScalarType.STRING:
      return JSON.stringify(reader.string());
    case ScalarType.BYTES:
      return `base64 ${Buffer.from(reader.bytes()).toString('base64')}`;
    case ScalarType.BOOL:
      return String(reader.bool());
    case ScalarType.DOUBLE:
      return String(reader.double());
    case ScalarType.FLOAT:
      return String(reader.float());
    case ScalarType.INT32:
      return String(reader.int32());
    case ScalarType.INT64:
      return String(reader.int64());
    case ScalarType.UINT32:
      return String(reader.uint32());
    case ScalarType.UINT64:
      return String(reader.uint64());
    case ScalarType.SINT32:
      return String(reader.sint32());
    case ScalarType.SINT64:
      return String(reader.sint64());
    case ScalarType.FIXED32:
      return String(reader.fixed32());
    case ScalarType.FIXED64:
      return String(reader.fixed64());
    case ScalarType.SFIXED32:
      return String(reader.sfixed32());
    case ScalarType.SFIXED64:
      return String(reader.sfixed64());
    case undefined:
      throw new Error('A leaf is a scalar or an enum.');
  }
}

function cut(text: string): string {
  return text.length > valueLengthMax ? `${text.slice(0, valueLengthMax)}…` : text;
}
