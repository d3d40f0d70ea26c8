import type { Registry } from '@bufbuild/protobuf';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { Limits } from '../limits.js';
import type { AnyBytes, JsonDetail } from '../status/index.js';
import { readJsonText } from './runtime/json-reader.js';
import { createLookups } from './runtime/lookups.js';
import { writeMessage } from './runtime/message-writer.js';

/**
 * Packer of error details that were made as JSON, for clients that take protobuf. Undefined for
 * what has no message type here, or is no JSON of it: an error is not lost over a detail.
 */
export function createAnyPacker(
  types: Registry,
  limits: Pick<Limits, 'nestingDepthMax'>,
): (detail: JsonDetail) => AnyBytes | undefined {
  const depthMax = limits.nestingDepthMax;
  const context = { types, lookups: createLookups(), depthMax, ignoreUnknown: false };
  return ({ '@type': typeUrl, ...fields }) => {
    const message = types.getMessage(typeUrl.slice(typeUrl.lastIndexOf('/') + 1));
    if (message === undefined) return undefined;
    try {
      const writer = new BinaryWriter();
      writeMessage(writer, context, message, readJsonText(JSON.stringify(fields), depthMax), '', 1);
      return { typeUrl, value: writer.finish() };
    } catch {
      return undefined;
    }
  };
}
