import type { DescField, DescMessage, Registry } from '@bufbuild/protobuf';
import type { Limits } from '../limits.js';
import { Code, reasons, StatusError } from '../status/index.js';
import type { Codec, CodecFactory, CodecOptions } from './codec.js';
import { createParseCompiler, type ParseCompiler } from './compile-parse.js';
import { createPrintCompiler, type PrintCompiler } from './compile-print.js';
import { layOut } from './emit/code.js';
import { type FunctionSource, functionSource, uncompiled } from './functions.js';
import { createReferenceCodecs } from './reference.js';
import { Cursor, RefusedError } from './runtime/cursor.js';

/**
 * Codecs that are functions generated from descriptors, compiled on first use or written ahead of
 * time: bytes to bytes in one pass, without message objects.
 *
 * A body that they refuse is read once more by the reference codec, which finds the words for what
 * is wrong: a good body never pays for that. Where a function is neither written nor to be
 * compiled, the reference codec does the whole message. Messages nest at most `limits.nestingDepthMax` deep,
 * in JSON as in protobuf. One codec exists per type and options, for the life of the factory.
 */
export function createCompiledCodecs(
  types: Registry,
  limits: Pick<Limits, 'nestingDepthMax'>,
  source: FunctionSource = functionSource(),
): CodecFactory {
  const cursor = new Cursor(limits.nestingDepthMax);
  const reference = createReferenceCodecs(types, limits);
  const sets = new Map<string, OptionSet>();

  function setOf(options: CodecOptions): OptionSet {
    const { emitDefaults, enumsAsNumbers, protoNames, ignoreUnknown } = options;
    const key = [emitDefaults, enumsAsNumbers, protoNames, ignoreUnknown].join();
    const set = sets.get(key) ?? {
      parse: createParseCompiler(types, cursor, options, source),
      print: createPrintCompiler(types, cursor, { ...options, projected: false }, source),
      // Compiled once per type, whatever clients ask for: what they want is data.
      projected: createPrintCompiler(types, cursor, { ...options, projected: true }, source),
      codecs: new WeakMap(),
    };
    sets.set(key, set);
    return set;
  }

  function once(subject: DescMessage | DescField, options: CodecOptions, slow: () => Codec): Codec {
    const set = setOf(options);
    const codec = set.codecs.get(subject) ?? {
      toBinary: explaining(set.parse.parser(subject), slow),
      toJson: representable(set.print.printer(subject), set.projected.printer(subject), slow),
    };
    set.codecs.set(subject, codec);
    return codec;
  }

  return {
    codec: (message, options) => once(message, options, () => reference.codec(message, options)),
    field: (field, options) => once(field, options, () => reference.field(field, options)),
  };
}

/**
 * JavaScript of the functions of a message type and of all that it contains, in both directions; the
 * helpers that they call are those of `runtime/`. For people who want to see what runs.
 */
export function codecSource(types: Registry, message: DescMessage, options: CodecOptions): string {
  const cursor = new Cursor(1);
  const parse = createParseCompiler(types, cursor, options).unit([message]).functions;
  const print = createPrintCompiler(types, cursor, { ...options, projected: false }).unit([
    message,
  ]).functions;
  if (parse.text === '')
    return `// ${message.typeName} has functions that are written by hand: see runtime/.\n`;
  return `// JSON to protobuf\n\n${layOut(parse)}\n// protobuf to JSON\n\n${layOut(print)}`;
}

type Print = ReturnType<PrintCompiler['printer']>;

/** What was compiled for one set of options. */
interface OptionSet {
  readonly parse: ParseCompiler;
  readonly print: PrintCompiler;
  readonly projected: PrintCompiler;
  readonly codecs: WeakMap<DescMessage | DescField, Codec>;
}

function explaining(parse: (json: Uint8Array) => Uint8Array, slow: () => Codec): Codec['toBinary'] {
  return (json) => {
    try {
      return parse(json);
    } catch (error) {
      if (error instanceof RefusedError) return slow().toBinary(json);
      throw error;
    }
  };
}

function representable(print: Print, projected: Print, slow: () => Codec): Codec['toJson'] {
  return (binary, wanted) => {
    try {
      return wanted === undefined ? print(binary) : projected(binary, wanted);
    } catch (cause) {
      if (cause === uncompiled) return slow().toJson(binary, wanted);
      throw new StatusError(Code.INTERNAL, 'RESPONSE_UNREPRESENTABLE', reasons.RESPONSE_UNREPRESENTABLE, {
        cause,
      });
    }
  };
}
