import type { DescField, DescMessage, ScalarType } from '@bufbuild/protobuf';
import type { AnyField } from '../runtime/any-field.js';
import { wireTypeOf } from '../runtime/scalar.js';
import { wrappedScalar } from '../runtime/well-known.js';
import { Code, code, nothing } from './code.js';
import { emitCases, emitDefaults } from './print-field.js';
import type { PrintModule, PrintOptions } from './print-options.js';
import { emitScalarOf, emitWhole } from './print-scalar.js';
import { defaultJson, defaultsOf, zeroJson } from './print-tables.js';
import { emitBytes, emitTag, tagsOf } from './print-wire.js';

const text = new TextEncoder();

/** Function of a message type: prints the bytes from `i` to `end` at `q`, and returns the place behind. */
export function emitPrint(
  options: PrintOptions,
  module: PrintModule,
  message: DescMessage,
  name: Code,
): Code {
  const wrapped = wrappedScalar(message.typeName);
  if (wrapped !== undefined) return emitWrapper(wrapped, message, name);
  const fields = [...message.fields].sort((a, b) => a.number - b.number);
  const oneofs = oneofNames(message);
  const hasDefaults = options.emitDefaults && defaultsOf(options, message).length > 0;
  const table = hasDefaults ? module.table('defaults', message) : undefined;
  const extendable = message.proto.extensionRange.length > 0;
  return code`${Code.comment(message.typeName)}
    function ${name}(s, i, end, q, depth${options.projected ? code`, wanted` : nothing}) {
      if (depth > s.depthMax) checkDepth(s, depth);
      const b = s.b, start = q;
      let last = 0${table === undefined ? nothing : code`, unset = 0`};
      ${[...oneofs.values()].map((oneof) => code`let ${oneof} = 0;`)}
      while (i < end) {
        ${emitTag(fields)}
        switch (tag) {
          ${fields.map((field) => emitCases(options, module, field, oneofs, table))}
          default:
            ${options.projected && extendable ? code`if (wanted !== undefined) { i = skipRecord(s, tag, i, end); break; }` : nothing}
            ${extendable ? emitExtension(module, message, table) : code`i = skipRecord(s, tag, i, end);`}
        }
      }
      checkEnd(i, end);
      ${table === undefined ? nothing : emitDefaults(options, table, code`536870912`)}
      return closeObject(s, start, q);
    }`;
}

function emitExtension(module: PrintModule, message: DescMessage, table: Code | undefined): Code {
  const type = module.table('type', message);
  const call = code`last = printExtension(s, ${type}, tag, end, depth, last);`;
  // Of an extension that prints nothing, as with a number that its enum lacks, the defaults before it are taken back.
  const print =
    table === undefined
      ? code`${call} q = s.q;`
      : code`{
        const before = unset;
        if (hasExtension(${type}, tag)) unset = printDefaults(s, ${table}, unset, tag >>> 3);
        const from = s.q;
        ${call}
        if (s.q === from) unset = before; else q = s.q;
      }`;
  return code`s.i = i;
    s.q = q;
    ${print}
    i = s.i;`;
}

/** Function that prints one extension with its key, as a PrintExtension. */
export function emitPrintExtension(
  options: PrintOptions,
  module: PrintModule,
  field: AnyField,
  name: Code,
): Code {
  return code`${Code.comment(field.kind === 'extension' ? field.typeName : field.name)}
    function ${name}(s, tag, end, depth) {
      const b = s.b;
      let i = s.i, q = s.q, last = 0;
      switch (tag) {
        ${emitCases({ ...options, emitDefaults: false, projected: false }, module, field, new Map(), undefined)}
        default:
          s.i = skipRecord(s, tag, i, end);
          return false;
      }
      s.i = i;
      s.q = q;
      return true;
    }`;
}

/** Function that prints the value of one field of a message alone, or its default. */
export function emitPrintAlone(
  options: PrintOptions,
  module: PrintModule,
  field: DescField,
  name: Code,
): Code {
  const siblings = (field.oneof?.fields ?? []).filter((other) => other !== field);
  return code`${Code.comment(`${field.parent.typeName}.${field.name}`)}
    function ${name}(s, i, end, q, depth${options.projected ? code`, wanted` : nothing}) {
      const b = s.b, start = q;
      let last = 0;
      while (i < end) {
        ${emitTag([field])}
        switch (tag) {
          ${emitCases({ ...options, alone: true }, module, field, new Map(), undefined)}
          ${
            siblings.length === 0
              ? nothing
              : code`${siblings.flatMap(tagsOf).map((tag) => code`case ${tag}:`)}
            i = skipRecord(s, tag, i, end);
            q = start;
            last = 0;
            break;`
          }
          default:
            i = skipRecord(s, tag, i, end);
        }
      }
      checkEnd(i, end);
      if (q === start) { ${emitBytes(text.encode(defaultJson(options, field)))} }
      return q;
    }`;
}

function oneofNames(message: DescMessage): ReadonlyMap<object, Code> {
  const members = message.oneofs.filter((oneof) => oneof.fields.length > 1);
  return new Map(members.map((oneof, index) => [oneof, code`oneof${index}`]));
}

/** Function of a wrapper: the value of its field 1, of which the last counts. */
function emitWrapper(type: ScalarType, message: DescMessage, name: Code): Code {
  return code`${Code.comment(message.typeName)}
    function ${name}(s, i, end, q, depth) {
      if (depth > s.depthMax) checkDepth(s, depth);
      const b = s.b;
      let at = -1;
      while (i < end) {
        const tag = readTag(s, i);
        if (tag === ${8 + wireTypeOf(type)}) at = s.i;
        i = skipRecord(s, tag, s.i, end);
      }
      checkEnd(i, end);
      if (at < 0) { ${emitBytes(text.encode(zeroJson(type)))} }
      else {
        i = at;
        ${emitWhole(emitScalarOf(type, code`end`))}
      }
      return q;
    }`;
}
