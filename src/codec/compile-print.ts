import { isUtf8 } from 'node:buffer';
import type { DescField, DescMessage, Registry } from '@bufbuild/protobuf';
import { code } from './emit/code.js';
import { emitPrint, emitPrintAlone, emitPrintExtension } from './emit/print.js';
import type { PrintOptions } from './emit/print-options.js';
import { printTables } from './emit/print-tables.js';
import type { Emitter, Library, Subject, Unit } from './emit/unit.js';
import { createFunctions, type FunctionSource, functionSource, uncompiled } from './functions.js';
import type { Projection } from './projection.js';
import { append, type Cursor, sawBeyondAscii } from './runtime/cursor.js';
import { dropKeys, forgetKey, repeatsKey } from './runtime/key-spans.js';
import { createLookups } from './runtime/lookups.js';
import { normalize } from './runtime/normalize.js';
import * as printBytes from './runtime/print-bytes.js';
import { extensionPrinter, type PrintExtension } from './runtime/print-extension.js';
import * as printInteger from './runtime/print-integer.js';
import * as printNumber from './runtime/print-number.js';
import { keyProjection } from './runtime/print-projection.js';
import * as printString from './runtime/print-string.js';
import * as printStructure from './runtime/print-structure.js';
import * as printTime from './runtime/print-time.js';
import type { PrintFunction } from './runtime/print-well-known.js';
import * as wellKnown from './runtime/print-well-known.js';
import * as wireReader from './runtime/wire-reader.js';
import { printKey } from './unit-key.js';

/** Protobuf bytes → JSON bytes. */
export interface PrintCompiler {
  /**
   * Of a message, or of one field alone; the projection is that of the value. Throws the errors of
   * the runtime when the bytes are no message, or one without a JSON form, and `uncompiled`.
   */
  printer(subject: DescMessage | DescField): (binary: Uint8Array, wanted?: Projection) => Uint8Array;
  /** The functions to be written for another process. */
  unit(subjects: readonly Subject[]): Unit;
}

/** Functions from a source, those of one set of options. */
export function createPrintCompiler(
  types: Registry,
  s: Cursor,
  options: PrintOptions,
  source: FunctionSource = functionSource(),
): PrintCompiler {
  const normalizing = { types, lookups: createLookups(), depthMax: s.depthMax };
  const library: Library = {
    ...helpers,
    printAny: wellKnown.anyPrinter(types, (message) => functions.of(message)),
    hasExtension: (message: DescMessage, tag: number) =>
      types.getExtensionFor(message, tag >>> 3) !== undefined,
    printExtension: extensionPrinter(types, (extension) => functions.ofExtension(extension)),
  };
  const emitter: Emitter = {
    prefix: code`print`,
    tables: printTables(options),
    message: (...of) => emitPrint(options, ...of),
    field: (...of) => emitPrintAlone(options, ...of),
    extension: (...of) => emitPrintExtension(options, ...of),
  };
  const functions = createFunctions<PrintFunction, PrintExtension>(
    emitter,
    library,
    printKey(options),
    source,
  );

  function run(
    print: PrintFunction,
    message: DescMessage,
    binary: Uint8Array,
    wanted: Projection | undefined,
  ): Uint8Array {
    s.load(binary, binary.length * expectedExpansion);
    try {
      s.q = print(s, 0, s.end, s.q, 1, wanted);
    } catch (error) {
      if (error === uncompiled) throw error;
      // Out of order, repeated or split; and what is wrong with a piece may be gone from the whole.
      s.release();
      const orderly = normalize(normalizing, message, binary);
      s.load(orderly, orderly.length * expectedExpansion);
      s.q = print(s, 0, s.end, s.q, 1, wanted);
    }
    const beyondAscii = sawBeyondAscii(s);
    const json = s.take();
    if (beyondAscii && !isUtf8(json)) throw new TypeError('a string is not valid UTF-8');
    return json;
  }

  return {
    printer: (subject) => {
      const message = subject.kind === 'message' ? subject : subject.parent;
      let print: PrintFunction | undefined;
      return (binary, wanted) => {
        print ??= functions.of(subject);
        return run(print, message, binary, wanted);
      };
    },
    unit: functions.unit,
  };
}

/** Bytes of JSON for a byte of protobuf, as a rule; more is made room for when it comes to it. */
const expectedExpansion = 2.5;

const helpers = {
  ...printBytes,
  ...printInteger,
  ...printNumber,
  ...printString,
  ...printStructure,
  ...printTime,
  ...wireReader,
  ...wellKnown,
  append,
  dropKeys,
  forgetKey,
  repeatsKey,
  keyProjection,
};
