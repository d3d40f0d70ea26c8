import type { DescField, DescMessage, Registry } from '@bufbuild/protobuf';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { Limits } from '../limits.js';
import { Code, reasons, StatusError } from '../status/index.js';
import type { Codec, CodecFactory, CodecOptions } from './codec.js';
import { readJson } from './runtime/json-reader.js';
import { createLookups } from './runtime/lookups.js';
import { type PrintContext, printFieldAlone, printMessage } from './runtime/message-printer.js';
import { type WriteContext, writeField, writeMessage } from './runtime/message-writer.js';

/**
 * Codecs that walk the descriptor for every message: slow, plain and exact. The oracle of every
 * faster implementation.
 *
 * Messages nest at most `limits.nestingDepthMax` deep, in JSON as in protobuf, and in both
 * directions. One codec exists per type and options, for the life of the factory.
 */
export function createReferenceCodecs(
  types: Registry,
  limits: Pick<Limits, 'nestingDepthMax'>,
): CodecFactory {
  const depthMax = limits.nestingDepthMax;
  const lookups = createLookups();
  const codecs = new WeakMap<DescMessage | DescField, Map<string, Codec>>();

  function once(desc: DescMessage | DescField, options: CodecOptions, make: () => Codec): Codec {
    const key = [
      options.emitDefaults,
      options.enumsAsNumbers,
      options.protoNames,
      options.ignoreUnknown,
    ].join();
    const known = codecs.get(desc) ?? new Map<string, Codec>();
    codecs.set(desc, known);
    const codec = known.get(key) ?? make();
    known.set(key, codec);
    return codec;
  }

  return {
    codec: (message, options) =>
      once(message, options, () => {
        const print: PrintContext = { types, lookups, depthMax, ...options };
        const write: WriteContext = { types, lookups, depthMax, ignoreUnknown: options.ignoreUnknown };
        return {
          toBinary: (json) => {
            const writer = new BinaryWriter();
            writeMessage(writer, write, message, readJson(json, depthMax), '', 1);
            return writer.finish();
          },
          toJson: (binary, wanted) => representable(() => printMessage(print, message, binary, 1, wanted)),
        };
      }),
    field: (field, options) =>
      once(field, options, () => {
        const print: PrintContext = { types, lookups, depthMax, ...options };
        const write: WriteContext = { types, lookups, depthMax, ignoreUnknown: options.ignoreUnknown };
        return {
          toBinary: (json) => {
            const writer = new BinaryWriter();
            writeField(writer, write, field, readJson(json, depthMax), '', 1);
            return writer.finish();
          },
          toJson: (binary, wanted) => representable(() => printFieldAlone(print, field, binary, wanted)),
        };
      }),
  };
}

function representable(print: () => string): Uint8Array {
  try {
    return new TextEncoder().encode(print());
  } catch (cause) {
    throw new StatusError(Code.INTERNAL, 'RESPONSE_UNREPRESENTABLE', reasons.RESPONSE_UNREPRESENTABLE, {
      cause,
    });
  }
}
