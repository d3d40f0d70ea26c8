import { type DescMessage, type DescMethod, ScalarType } from '@bufbuild/protobuf';
import { MethodOptions_IdempotencyLevel } from '@bufbuild/protobuf/wkt';

/** Whether `idempotency_level` of a method says NO_SIDE_EFFECTS or IDEMPOTENT. */
export function isDeclaredIdempotent({ idempotency }: DescMethod): boolean {
  return idempotency !== MethodOptions_IdempotencyLevel.IDEMPOTENCY_UNKNOWN;
}

/** Whether a request has the string field `request_id`, by which a backend knows a repeated one again (AIP-155). */
export function hasRequestId({ fields }: DescMessage): boolean {
  const field = fields.find(({ name }) => name === 'request_id');
  return field?.fieldKind === 'scalar' && field.scalar === ScalarType.STRING;
}
