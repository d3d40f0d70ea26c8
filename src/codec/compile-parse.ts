import { isUtf8 } from 'node:buffer';
import type { DescExtension, DescField, DescMessage, Registry } from '@bufbuild/protobuf';
import { type Code, code } from './emit/code.js';
import { isByHand, Module } from './emit/module.js';
import { emitParse, emitParseField, type ParseOptions, parseTables } from './emit/parse.js';
import { evaluate } from './evaluate.js';
import { canonicalKeys } from './runtime/canonical-keys.js';
import { type Cursor, escapedKey, refused, sawBeyondAscii } from './runtime/cursor.js';
import * as jsonStructure from './runtime/json-structure.js';
import { dropKeys } from './runtime/key-spans.js';
import * as parseBytes from './runtime/parse-bytes.js';
import { enumValue } from './runtime/parse-enum.js';
import * as members from './runtime/parse-member.js';
import * as parseNumber from './runtime/parse-number.js';
import * as parseString from './runtime/parse-string.js';
import type { ParseFunction } from './runtime/parse-well-known.js';
import * as wellKnown from './runtime/parse-well-known.js';
import * as wireWriter from './runtime/wire-writer.js';

/** JSON bytes → protobuf bytes. */
export interface ParseCompiler {
  /** Throws `refused` when the JSON is no such message; what is wrong with it is not said. */
  message(message: DescMessage): (json: Uint8Array) => Uint8Array;
  /** The value of one field alone. */
  field(field: DescField): (json: Uint8Array) => Uint8Array;
  /** Source of the functions of a message type and of all that it contains. */
  source(message: DescMessage): string;
}

/** Compiles functions on first use, those of one set of options. */
export function createParseCompiler(types: Registry, s: Cursor, options: ParseOptions): ParseCompiler {
  const functions = new Map<DescMessage, ParseFunction>();
  const extensions = new Map<DescExtension, ParseFunction>();

  const emit = (module: Module<ParseFunction>, message: DescMessage, name: Code) =>
    emitParse(options, module, message, name);
  const newModule = (existing = (message: DescMessage) => functions.get(message)) =>
    new Module<ParseFunction>(code`parse`, parseTables, existing, emit);

  const library: Readonly<Record<string, unknown>> = {
    ...helpers,
    parseAny: wellKnown.anyParser(types, options.ignoreUnknown, parserOf),
    parseMember: members.memberParser(types, options.ignoreUnknown, extensionOf),
  };

  function parserOf(message: DescMessage): ParseFunction {
    const known = functions.get(message);
    if (known !== undefined) return known;
    const module = newModule();
    const name = module.messageFunction(message);
    // Emits what the first function calls as well: only then is the list of messages complete.
    const source = module.source();
    const made = evaluate(module, source, library, [name, ...module.messages.values()]) as ParseFunction[];
    [...module.messages.keys()].forEach((desc, index) => {
      const parse = made[index + 1];
      if (parse !== undefined) functions.set(desc, parse);
    });
    const [parse] = made;
    if (parse === undefined) throw new Error('nothing was compiled');
    functions.set(message, parse);
    return parse;
  }

  function fieldParser(field: DescField | DescExtension): ParseFunction {
    const module = newModule();
    const name = module.helper(field, `field_${field.name}`, (own) =>
      emitParseField(options, module, field, own),
    );
    const [parse] = evaluate(module, module.source(), library, [name]) as ParseFunction[];
    if (parse === undefined) throw new Error('nothing was compiled');
    return parse;
  }

  function extensionOf(extension: DescExtension): ParseFunction {
    const parse = extensions.get(extension) ?? fieldParser(extension);
    extensions.set(extension, parse);
    return parse;
  }

  function run(parse: ParseFunction, json: Uint8Array, canonical: boolean): Uint8Array {
    s.load(json, json.length * expansionMax + 64);
    s.canonical = canonical;
    jsonStructure.space(s);
    parse(s, 1, 0);
    jsonStructure.space(s);
    if (s.i !== s.end) throw refused;
    if (sawBeyondAscii(s) && !isUtf8(json)) throw refused;
    return s.take();
  }

  function runEither(parse: ParseFunction, json: Uint8Array): Uint8Array {
    try {
      return run(parse, json, false);
    } catch (error) {
      s.release();
      if (error !== escapedKey) throw error;
    }
    const canonical = isUtf8(json) ? canonicalKeys(json) : undefined;
    if (canonical === undefined) throw refused;
    return run(parse, canonical, true);
  }

  return {
    message: (message) => {
      let parse: ParseFunction | undefined;
      return (json) => {
        parse ??= parserOf(message);
        return runEither(parse, json);
      };
    },
    field: (field) => {
      let parse: ParseFunction | undefined;
      return (json) => {
        parse ??= fieldParser(field);
        return runEither(parse, json);
      };
    },
    source: (message) => {
      if (isByHand(message)) return '';
      const module = newModule(() => undefined);
      module.messageFunction(message);
      return module.source();
    },
  };
}

/**
 * Most bytes of protobuf that a byte of JSON makes: `0,` in an unpacked list of doubles with a tag
 * of five bytes.
 */
const expansionMax = 7;

const helpers = {
  ...jsonStructure,
  ...parseString,
  ...parseNumber,
  ...parseBytes,
  ...wireWriter,
  ...members,
  parseTimestamp: wellKnown.parseTimestampField,
  parseDuration: wellKnown.parseDurationField,
  parseFieldMask: wellKnown.parseFieldMaskField,
  parseStruct: wellKnown.parseStruct,
  parseValue: wellKnown.parseValue,
  parseListValue: wellKnown.parseListValue,
  enter: wellKnown.enter,
  enumValue,
  dropKeys,
};
