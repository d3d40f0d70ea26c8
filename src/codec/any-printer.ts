import type { Registry } from '@bufbuild/protobuf';
import type { Limits } from '../limits.js';
import type { AnyBytes, JsonDetail } from '../status/index.js';
import { createLookups } from './runtime/lookups.js';
import { printUnpacked } from './runtime/message-printer.js';

/** Packed message → JSON object. Never throws. */
export type AnyPrinter = (any: AnyBytes) => JsonDetail;

/**
 * Printer of error details (google.rpc.Status.details): the ProtoJSON of Any, or
 * `{"@type": …, "value": "<base64>"}` for a type that is unknown or bytes that are not a message
 * of it. An error is not lost because one of its details cannot be read.
 */
export function createAnyPrinter(types: Registry, limits: Pick<Limits, 'nestingDepthMax'>): AnyPrinter {
  const context = {
    types,
    lookups: createLookups(),
    depthMax: limits.nestingDepthMax,
    emitDefaults: false,
    enumsAsNumbers: false,
    protoNames: false,
  };
  return ({ typeUrl, value }) => {
    try {
      return JSON.parse(printUnpacked(context, typeUrl, value, 1)) as JsonDetail;
    } catch {
      return { '@type': typeUrl, value: Buffer.from(value).toString('base64') };
    }
  };
}
