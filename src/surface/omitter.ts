import { MalformedBinaryError, omitFields } from '../codec/index.js';
import type { DescField, DescMessage } from '../descriptor/index.js';
import type { Limits } from '../limits.js';
import { Code, StatusError } from '../status/index.js';

/** Leaves fields out of request messages; see omitFields. Throws StatusError BODY_MALFORMED for bytes that are no message. */
export function omitter(
  message: DescMessage,
  isOmitted: (field: DescField) => boolean,
  kept: readonly string[],
  { nestingDepthMax }: Pick<Limits, 'nestingDepthMax'>,
): (binary: Uint8Array) => Uint8Array {
  const omit = omitFields(message, isOmitted, kept, nestingDepthMax);
  return (binary) => {
    try {
      return omit?.(binary) ?? binary;
    } catch (cause) {
      if (!(cause instanceof MalformedBinaryError)) throw cause;
      throw new StatusError(Code.INVALID_ARGUMENT, 'BODY_MALFORMED', 'The body is not a protobuf message.', {
        cause,
      });
    }
  };
}
