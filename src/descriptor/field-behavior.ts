import type { DescField } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** Number of the extension google.api.field_behavior of google.protobuf.FieldOptions. */
const behaviorExtension = 1052;

/** Values of google.api.FieldBehavior that mean something here. */
export const fieldBehavior = {
  required: 2,
  outputOnly: 3,
  inputOnly: 4,
  immutable: 5,
  identifier: 8,
} as const;

/** Whether google.api.field_behavior says so of a field (AIP-203). Read off the raw options. */
export function behaves(field: DescField, behavior: keyof typeof fieldBehavior): boolean {
  return behaviorsOf(field).includes(fieldBehavior[behavior]);
}

function behaviorsOf({ proto }: DescField): readonly number[] {
  const occurrences = (proto.options?.$unknown ?? []).filter(({ no }) => no === behaviorExtension);
  return occurrences.flatMap(({ data, wireType }) => {
    const reader = new BinaryReader(data);
    if (wireType === WireType.Varint) return [reader.int32()];
    if (wireType !== WireType.LengthDelimited) return [];
    const packed = new BinaryReader(reader.bytes());
    const values: number[] = [];
    while (packed.pos < packed.len) values.push(packed.int32());
    return values;
  });
}
