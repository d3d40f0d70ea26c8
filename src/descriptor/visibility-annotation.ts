import type { DescMethod, DescService } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** Number of the extensions google.api.method_visibility and google.api.api_visibility. */
const visibilityExtension = 72295727;

/**
 * Labels of the `restriction` (google/api/visibility.proto) of a method or service: callers who have one of
 * them may see it. Empty where nothing is restricted. Read off the raw options.
 */
export function visibilityLabelsOf(desc: DescMethod | DescService): readonly string[] {
  const occurrences = (desc.proto.options?.$unknown ?? []).filter(({ no }) => no === visibilityExtension);
  const rule = Buffer.concat(occurrences.map(({ data }) => new BinaryReader(data).bytes()));
  let restriction = '';
  const reader = new BinaryReader(rule);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === 2 && wireType === WireType.LengthDelimited) restriction = reader.string();
    else reader.skip(wireType, number);
  }
  return restriction
    .split(',')
    .map((label) => label.trim())
    .filter((label) => label !== '');
}
