import type { DescField, DescMessage, Registry } from '@bufbuild/protobuf';
import type { Limits } from '../limits.js';
import { Code, reasons, StatusError } from '../status/index.js';
import type { Codec, CodecFactory, CodecOptions } from './codec.js';
import { createParseCompiler, type ParseCompiler } from './compile-parse.js';
import { createPrintCompiler, type PrintCompiler } from './compile-print.js';
import { createReferenceCodecs } from './reference.js';
import { Cursor, RefusedError } from './runtime/cursor.js';

/**
 * Codecs that are functions generated from descriptors, compiled on first use: bytes to bytes in
 * one pass, without message objects.
 *
 * A body that they refuse is read once more by the reference codec, which finds the words for what
 * is wrong: a good body never pays for that. Messages nest at most `limits.nestingDepthMax` deep,
 * in JSON as in protobuf. One codec exists per type and options, for the life of the factory.
 */
export function createCompiledCodecs(types: Registry, limits: Pick<Limits, 'nestingDepthMax'>): CodecFactory {
  const cursor = new Cursor(limits.nestingDepthMax);
  const reference = createReferenceCodecs(types, limits);
  const sets = new Map<string, OptionSet>();

  function setOf(options: CodecOptions): OptionSet {
    const { emitDefaults, enumsAsNumbers, protoNames, ignoreUnknown } = options;
    const key = [emitDefaults, enumsAsNumbers, protoNames, ignoreUnknown].join();
    const set = sets.get(key) ?? {
      parse: createParseCompiler(types, cursor, options),
      print: createPrintCompiler(types, cursor, { ...options, projected: false }),
      // Compiled once per type, whatever clients ask for: what they want is data.
      projected: createPrintCompiler(types, cursor, { ...options, projected: true }),
      codecs: new WeakMap(),
    };
    sets.set(key, set);
    return set;
  }

  function once(desc: DescMessage | DescField, set: OptionSet, make: () => Codec): Codec {
    const codec = set.codecs.get(desc) ?? make();
    set.codecs.set(desc, codec);
    return codec;
  }

  return {
    codec: (message, options) => {
      const set = setOf(options);
      return once(message, set, () => ({
        toBinary: explaining(set.parse.message(message), () => reference.codec(message, options)),
        toJson: representable(set.print.message(message), set.projected.message(message)),
      }));
    },
    field: (field, options) => {
      const set = setOf(options);
      return once(field, set, () => ({
        toBinary: explaining(set.parse.field(field), () => reference.field(field, options)),
        toJson: representable(set.print.field(field), set.projected.field(field)),
      }));
    },
  };
}

/**
 * JavaScript of the functions of a message type and of all that it contains, in both directions; the
 * helpers that they call are those of `runtime/`. For people who want to see what runs.
 */
export function codecSource(types: Registry, message: DescMessage, options: CodecOptions): string {
  const cursor = new Cursor(1);
  const parse = createParseCompiler(types, cursor, options).source(message);
  const print = createPrintCompiler(types, cursor, { ...options, projected: false }).source(message);
  if (parse === '') return `// ${message.typeName} has functions that are written by hand: see runtime/.\n`;
  return `// JSON to protobuf\n\n${parse}\n// protobuf to JSON\n\n${print}`;
}

type Print = ReturnType<PrintCompiler['message']>;

/** What was compiled for one set of options. */
interface OptionSet {
  readonly parse: ParseCompiler;
  readonly print: PrintCompiler;
  readonly projected: PrintCompiler;
  readonly codecs: WeakMap<DescMessage | DescField, Codec>;
}

function explaining(parse: (json: Uint8Array) => Uint8Array, reference: () => Codec): Codec['toBinary'] {
  return (json) => {
    try {
      return parse(json);
    } catch (error) {
      if (error instanceof RefusedError) return reference().toBinary(json);
      throw error;
    }
  };
}

function representable(print: Print, projected: Print): Codec['toJson'] {
  return (binary, wanted) => {
    try {
      return wanted === undefined ? print(binary) : projected(binary, wanted);
    } catch (cause) {
      throw new StatusError(Code.INTERNAL, 'RESPONSE_UNREPRESENTABLE', reasons.RESPONSE_UNREPRESENTABLE, {
        cause,
      });
    }
  };
}
