import { isUtf8 } from 'node:buffer';
import type { DescExtension, DescField, DescMessage, Registry } from '@bufbuild/protobuf';
import { code } from './emit/code.js';
import { isByHand, Module } from './emit/module.js';
import {
  emitPrint,
  emitPrintAlone,
  emitPrintExtension,
  type PrintOptions,
  printTables,
} from './emit/print.js';
import { evaluate } from './evaluate.js';
import type { Projection } from './projection.js';
import { append, type Cursor, reserve, sawBeyondAscii } from './runtime/cursor.js';
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
import * as wellKnown from './runtime/print-well-known.js';
import { checkDepth, checkEnd, type PrintFunction } from './runtime/print-well-known.js';
import * as wireReader from './runtime/wire-reader.js';

/** Protobuf bytes → JSON bytes. */
export interface PrintCompiler {
  /** Throws the errors of the runtime when the bytes are no message, or one without a JSON form. */
  message(message: DescMessage): (binary: Uint8Array, wanted?: Projection) => Uint8Array;
  /** The value of one field alone; the projection is that of the value. */
  field(field: DescField): (binary: Uint8Array, wanted?: Projection) => Uint8Array;
  /** Source of the functions of a message type and of all that it contains. */
  source(message: DescMessage): string;
}

/** Compiles functions on first use, those of one set of options. */
export function createPrintCompiler(types: Registry, s: Cursor, options: PrintOptions): PrintCompiler {
  const functions = new Map<DescMessage, PrintFunction>();
  const extensions = new Map<DescExtension, PrintExtension>();
  const tables = printTables(options);
  const normalizing = { types, lookups: createLookups(), depthMax: s.depthMax };

  const emit = (module: Module<PrintFunction>, message: DescMessage, name: Parameters<typeof emitPrint>[3]) =>
    emitPrint(options, module, message, name);
  const newModule = (existing = (message: DescMessage) => functions.get(message)) =>
    new Module<PrintFunction>(code`print`, tables, existing, emit);

  const library: Readonly<Record<string, unknown>> = {
    ...helpers,
    printAny: wellKnown.anyPrinter(types, printerOf),
    hasExtension: (message: DescMessage, tag: number) =>
      types.getExtensionFor(message, tag >>> 3) !== undefined,
    printExtension: extensionPrinter(types, extensionOf),
  };

  function printerOf(message: DescMessage): PrintFunction {
    const known = functions.get(message);
    if (known !== undefined) return known;
    const module = newModule();
    const name = module.messageFunction(message);
    // Emits what the first function calls as well: only then is the list of messages complete.
    const source = module.source();
    const made = evaluate(module, source, library, [name, ...module.messages.values()]) as PrintFunction[];
    [...module.messages.keys()].forEach((desc, index) => {
      const print = made[index + 1];
      if (print !== undefined) functions.set(desc, print);
    });
    const [print] = made;
    if (print === undefined) throw new Error('nothing was compiled');
    functions.set(message, print);
    return print;
  }

  function extensionOf(extension: DescExtension): PrintExtension {
    let print = extensions.get(extension);
    if (print === undefined) {
      const module = newModule();
      const name = module.helper(extension, `extension_${extension.typeName}`, (own) =>
        emitPrintExtension(options, module, extension, own),
      );
      [print] = evaluate(module, module.source(), library, [name]) as [PrintExtension];
      extensions.set(extension, print);
    }
    return print;
  }

  function run(
    print: PrintFunction,
    message: DescMessage,
    binary: Uint8Array,
    wanted: Projection | undefined,
  ): Uint8Array {
    s.load(binary, binary.length * expectedExpansion);
    try {
      print(s, s.end, 1, wanted);
    } catch {
      // Out of order, repeated or split; and what is wrong with a piece may be gone from the whole.
      s.release();
      const orderly = normalize(normalizing, message, binary);
      s.load(orderly, orderly.length * expectedExpansion);
      print(s, s.end, 1, wanted);
    }
    const beyondAscii = sawBeyondAscii(s);
    const json = s.take();
    if (beyondAscii && !isUtf8(json)) throw new TypeError('a string is not valid UTF-8');
    return json;
  }

  return {
    message: (message) => {
      let print: PrintFunction | undefined;
      return (binary, wanted) => {
        print ??= printerOf(message);
        return run(print, message, binary, wanted);
      };
    },
    field: (field) => {
      let print: PrintFunction | undefined;
      return (binary, wanted) => {
        if (print === undefined) {
          const module = newModule();
          const name = module.helper(field, `alone_${field.parent.typeName}_${field.name}`, (own) =>
            emitPrintAlone(options, module, field, own),
          );
          [print] = evaluate(module, module.source(), library, [name]) as [PrintFunction];
        }
        return run(print, field.parent, binary, wanted);
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

/** Bytes of JSON for a byte of protobuf, as a rule; more is made room for when it comes to it. */
const expectedExpansion = 1.5;

const helpers = {
  ...printBytes,
  ...printInteger,
  ...printNumber,
  ...printString,
  ...printStructure,
  ...wireReader,
  ...wellKnown,
  append,
  reserve,
  dropKeys,
  forgetKey,
  repeatsKey,
  checkDepth,
  checkEnd,
  keyProjection,
};
