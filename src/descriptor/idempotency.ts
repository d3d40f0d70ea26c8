import type { DescMessage, DescMethod } from '@bufbuild/protobuf';
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
