import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import {
  concatBytes,
  contentOf,
  MalformedBinaryError,
  readRecords,
  type WireRecord,
} from '../runtime/records.js';
import { type Plan, type Slot, zeroContent } from './plan.js';

/** The occurrences of one field. */
interface Occurrences {
  readonly slot: Slot | undefined;
  /** Contents of those that have a fitting wire type, and that type. */
  readonly values: { readonly wireType: WireType; readonly content: Uint8Array }[];
  /** Whole records that no reader takes for the field. */
  readonly others: Uint8Array[];
}

/** The message in canonical form. Throws MalformedBinaryError. */
export function rewrite(plan: Plan, binary: Uint8Array, depthLeft: number): Uint8Array {
  if (plan.isOpaque) return binary;
  if (depthLeft < 1) throw new MalformedBinaryError('nested too deeply');
  const fields = collect(plan, binary);
  const writer = new BinaryWriter();
  for (const number of [...fields.keys()].sort((a, b) => a - b)) {
    const field = fields.get(number);
    if (field === undefined) continue;
    if (field.slot !== undefined) writeField(writer, field.slot, field.values, depthLeft);
    for (const record of field.others) writer.raw(record);
  }
  return writer.finish();
}

function collect(plan: Plan, binary: Uint8Array): Map<number, Occurrences> {
  const fields = new Map<number, Occurrences>();
  for (const record of readRecords(binary)) {
    const slot = plan.slots.get(record.number);
    const field = fields.get(record.number) ?? { slot, values: [], others: [] };
    fields.set(record.number, field);
    if (slot === undefined || !fits(slot, record.wireType)) {
      field.others.push(shortest(binary, record));
      continue;
    }
    // Of a oneof the last member counts; another one before it is gone, and with it what would be merged.
    if (slot.oneof !== undefined) {
      for (const other of fields.values())
        if (other !== field && other.slot?.oneof === slot.oneof) other.values.length = 0;
    }
    field.values.push({ wireType: record.wireType, content: contentOf(binary, record) });
  }
  return fields;
}

function fits({ kind, wireType, valueType }: Slot, given: WireType): boolean {
  return kind !== 'kept' && (given === wireType || (kind === 'packed' && given === valueType));
}

/** A record that is kept, with tag and length of their shortest form. */
function shortest(binary: Uint8Array, record: WireRecord): Uint8Array {
  const { number, wireType } = record;
  const content = contentOf(binary, record);
  const writer = new BinaryWriter().tag(number, wireType);
  if (wireType === WireType.LengthDelimited) return writer.bytes(content).finish();
  if (wireType === WireType.Varint) return writer.raw(shortestVarints(content)).finish();
  writer.raw(content);
  return (wireType === WireType.StartGroup ? writer.tag(number, WireType.EndGroup) : writer).finish();
}

function writeField(
  writer: BinaryWriter,
  slot: Slot,
  values: Occurrences['values'],
  depthLeft: number,
): void {
  const last = values.at(-1);
  if (last === undefined) return;
  const { number } = slot;
  switch (slot.kind) {
    case 'scalar': {
      const content = shortestValue(slot.wireType, last.content);
      if (slot.isImplicit && content.every((byte) => byte === 0) && isZero(slot.wireType, content)) return;
      writeRecord(writer, slot, content);
      return;
    }
    case 'message':
      writeRecord(writer, slot, nested(slot, values, depthLeft));
      return;
    case 'messages':
      for (const value of values) writeRecord(writer, slot, nested(slot, [value], depthLeft));
      return;
    case 'strings':
      for (const value of values) writeRecord(writer, slot, value.content);
      return;
    case 'packed': {
      // Packed or not, a content is values one after the other.
      const all = concatBytes(values.map(({ content }) => wholeValues(slot.valueType, content)));
      if (all.length > 0) writer.tag(number, WireType.LengthDelimited).bytes(all);
      return;
    }
    case 'map':
      for (const entry of entriesOf(slot, values, depthLeft)) writeRecord(writer, slot, entry);
  }
}

/** Strings of zeros are not zero. */
function isZero(wireType: WireType, content: Uint8Array): boolean {
  return wireType !== WireType.LengthDelimited || content.length === 0;
}

function writeRecord(writer: BinaryWriter, { number, wireType }: Slot, content: Uint8Array): void {
  writer.tag(number, wireType);
  if (wireType === WireType.LengthDelimited) writer.bytes(content);
  else writer.raw(content);
}

function nested({ plan }: Slot, values: Occurrences['values'], depthLeft: number): Uint8Array {
  const merged = concatBytes(values.map(({ content }) => content));
  return plan === undefined ? merged : rewrite(plan(), merged, depthLeft - 1);
}

/** One entry for each key, the last of it, in the order of the bytes of their keys. */
function entriesOf({ entry }: Slot, values: Occurrences['values'], depthLeft: number): readonly Uint8Array[] {
  if (entry === undefined) return [];
  const plan: Plan = {
    slots: new Map([entry.key, entry.value].map((part) => [part.number, part])),
    isOpaque: false,
  };
  const byKey = new Map<string, { readonly key: Uint8Array; readonly entry: Uint8Array }>();
  for (const { content } of values) {
    const parts = collect(plan, content);
    const key = shortestValue(
      entry.key.wireType,
      parts.get(entry.key.number)?.values.at(-1)?.content ?? zeroContent(entry.key.wireType),
    );
    const given = parts.get(entry.value.number)?.values ?? [];
    const value =
      entry.value.kind === 'message'
        ? nested(entry.value, given, depthLeft)
        : shortestValue(entry.value.wireType, given.at(-1)?.content ?? zeroContent(entry.value.wireType));
    const writer = new BinaryWriter();
    writeRecord(writer, entry.key, key);
    writeRecord(writer, entry.value, value);
    for (const { others } of parts.values()) for (const record of others) writer.raw(record);
    byKey.set(Buffer.from(key).toString('latin1'), { key, entry: writer.finish() });
  }
  return [...byKey.values()].sort((a, b) => Buffer.compare(a.key, b.key)).map((each) => each.entry);
}

function shortestValue(wireType: WireType, content: Uint8Array): Uint8Array {
  return wireType === WireType.Varint ? shortestVarints(content) : content;
}

/** The values of a packed list. Half a value at the end must not become one with what follows. */
function wholeValues(valueType: WireType, content: Uint8Array): Uint8Array {
  if (valueType === WireType.Varint) return shortestVarints(content);
  if (content.length % (valueType === WireType.Bit64 ? 8 : 4) === 0) return content;
  throw new MalformedBinaryError('half a value at the end of a packed list');
}

/** Varints without bytes that add nothing. Throws MalformedBinaryError for half a one. */
function shortestVarints(content: Uint8Array): Uint8Array {
  if ((content.at(-1) ?? 0) > 127) throw new MalformedBinaryError('half a varint');
  const isPadded = content.some((byte, at) => byte === 0 && (content[at - 1] ?? 0) > 127);
  if (!isPadded) return content;
  const short: number[] = [];
  let start = 0;
  for (const byte of content) {
    short.push(byte);
    if (byte > 127) continue;
    while (short.length > start + 1 && short.at(-1) === 0) {
      short.pop();
      short.push((short.pop() ?? 0) & 127);
    }
    start = short.length;
  }
  return Uint8Array.from(short);
}
