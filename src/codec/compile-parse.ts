import { isUtf8 } from 'node:buffer';
import type { DescField, DescMessage, Registry } from '@bufbuild/protobuf';
import { code } from './emit/code.js';
import { emitParse, emitParseField } from './emit/parse.js';
import type { ParseOptions } from './emit/parse-options.js';
import { parseTables } from './emit/parse-scalar.js';
import type { Emitter, Library, Subject, Unit } from './emit/unit.js';
import { createFunctions, type FunctionSource, functionSource } from './functions.js';
import { canonicalKeys } from './runtime/canonical-keys.js';
import { type Cursor, escapedKey, refused, sawBeyondAscii } from './runtime/cursor.js';
import * as jsonStructure from './runtime/json-structure.js';
import { dropKeys } from './runtime/key-spans.js';
import * as parseBytes from './runtime/parse-bytes.js';
import * as parseDouble from './runtime/parse-double.js';
import { enumValue } from './runtime/parse-enum.js';
import * as members from './runtime/parse-member.js';
import * as parseNumber from './runtime/parse-number.js';
import * as parseString from './runtime/parse-string.js';
import type { ParseFunction } from './runtime/parse-well-known.js';
import * as wellKnown from './runtime/parse-well-known.js';
import * as wireWriter from './runtime/wire-writer.js';
import { parseKey } from './unit-key.js';

/** JSON bytes → protobuf bytes. */
export interface ParseCompiler {
  /** Of a message, or of the value of one field. Throws a RefusedError for other JSON; what is wrong is not said. */
  parser(subject: DescMessage | DescField): (json: Uint8Array) => Uint8Array;
  /** The functions to be written for another process. */
  unit(subjects: readonly Subject[]): Unit;
}

/** Functions from a source, those of one set of options. */
export function createParseCompiler(
  types: Registry,
  s: Cursor,
  options: ParseOptions,
  source: FunctionSource = functionSource(),
): ParseCompiler {
  const library: Library = {
    ...helpers,
    parseAny: wellKnown.anyParser(types, options.ignoreUnknown, (message) => functions.of(message)),
    parseMember: members.memberParser(types, options.ignoreUnknown, (extension) =>
      functions.ofExtension(extension),
    ),
  };
  const emitter: Emitter = {
    prefix: code`parse`,
    tables: parseTables,
    message: (...of) => emitParse(options, ...of),
    field: (...of) => emitParseField(options, ...of),
    extension: (...of) => emitParseField(options, ...of),
  };
  const functions = createFunctions<ParseFunction, ParseFunction>(
    emitter,
    library,
    parseKey(options),
    source,
  );

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
    parser: (subject) => {
      let parse: ParseFunction | undefined;
      return (json) => {
        parse ??= functions.of(subject);
        return runEither(parse, json);
      };
    },
    unit: functions.unit,
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
  ...parseDouble,
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
