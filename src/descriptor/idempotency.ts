import type { DescMessage, DescMethod } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { MethodOptions_IdempotencyLevel } from '@bufbuild/protobuf/wkt';
import { isString } from './field-kind.js';

/** Whether `idempotency_level` of a method says NO_SIDE_EFFECTS or IDEMPOTENT. */
export function isDeclaredIdempotent({ idempotency }: DescMethod): boolean {
  return idempotency !== MethodOptions_IdempotencyLevel.IDEMPOTENCY_UNKNOWN;
}

/** Whether `idempotency_level` of a method says NO_SIDE_EFFECTS: its calls are reads, whatever HTTP method they come by. */
export function isDeclaredRead({ idempotency }: DescMethod): boolean {
  return idempotency === MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS;
}

/** Whether a request has the string field `request_id`, by which a backend knows a repeated one again (AIP-155). */
export function hasRequestId({ fields }: DescMessage): boolean {
  return fields.some((field) => field.name === 'request_id' && isString(field));
}

/** Number of the extension google.api.field_info of google.protobuf.FieldOptions. */
const fieldInfoExtension = 291403980;

/** Whether `request_id` of a request is declared to be a UUID of version 4 (google.api.field_info, AIP-155). */
export function hasUuidFormat({ fields }: DescMessage): boolean {
  const field = fields.find(({ name }) => name === 'request_id');
  const infos = (field?.proto.options?.$unknown ?? []).filter(({ no }) => no === fieldInfoExtension);
  return infos.some(({ data }) => formatOf(data) === uuid4);
}

/** FieldInfo.Format.UUID4 */
const uuid4 = 1;

/** `format`, field 1 of a FieldInfo; undefined where it has none, or its bytes are no FieldInfo. */
function formatOf(data: Uint8Array): number | undefined {
  try {
    const reader = new BinaryReader(new BinaryReader(data).bytes());
    let format: number | undefined;
    while (reader.pos < reader.len) {
      const [number, wireType] = reader.tag();
      if (number === 1 && wireType === WireType.Varint) format = reader.int32();
      else reader.skip(wireType, number);
    }
    return format;
  } catch {
    return undefined;
  }
}
