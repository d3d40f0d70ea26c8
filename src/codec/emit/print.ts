import { type DescEnum, type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { type AnyField, hasImplicitPresence, isDelimited } from '../runtime/any-field.js';
import { spill } from '../runtime/cursor.js';
import { isNullEnum } from '../runtime/enum-value.js';
import type { Defaults, EnumNames } from '../runtime/print-structure.js';
import { is64Bit, wireTypeOf } from '../runtime/scalar.js';
import { wrappedScalar } from '../runtime/well-known.js';
import { appendBytes, tagBytes } from './bytes.js';
import { Code, code, nothing } from './code.js';
import type { Module, Tables } from './module.js';

/** What decides on the JSON of a message besides its type. */
export interface PrintOptions {
  readonly emitDefaults: boolean;
  readonly enumsAsNumbers: boolean;
  readonly protoNames: boolean;
  /** The functions take one more argument: the Projection that says which fields are wanted. */
  readonly projected: boolean;
}

/** A module of functions from protobuf bytes to JSON bytes. */
export type PrintModule = Module;

const text = new TextEncoder();

/** Function of a message type: prints the bytes from `s.i` to `end` at `s.q`. */
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
    function ${name}(s, end, depth${options.projected ? code`, wanted` : nothing}) {
      if (depth > s.depthMax) checkDepth(s, depth);
      const b = s.b, start = s.q;
      let last = 0${table === undefined ? nothing : code`, unset = 0`};
      ${[...oneofs.values()].map((oneof) => code`let ${oneof} = 0;`)}
      while (s.i < end) {
        let tag = b[s.i];
        if (tag < 128) s.i++; else tag = readTag(s);
        switch (tag) {
          ${fields.map((field) => emitCases(options, module, field, oneofs, table))}
          default:
            ${options.projected && extendable ? code`if (wanted !== undefined) { skipRecord(s, tag, end); break; }` : nothing}
            ${extendable ? emitExtension(module, message, table) : code`skipRecord(s, tag, end);`}
        }
      }
      if (s.i !== end) checkEnd(s, end);
      ${table === undefined ? nothing : emitDefaults(options, table, code`536870912`)}
      closeObject(s, start);
    }`;
}

/** The defaults of fields below a number that were not in the message. */
function emitDefaults(options: PrintOptions, table: Code, number: Code): Code {
  return code`unset = printDefaults(s, ${table}, unset, ${number}${options.projected ? code`, wanted` : nothing});`;
}

function emitExtension(module: PrintModule, message: DescMessage, table: Code | undefined): Code {
  const type = module.table('type', message);
  const gap = code`if (hasExtension(${type}, tag)) unset = printDefaults(s, ${table ?? nothing}, unset, tag >>> 3);`;
  return code`${table === undefined ? nothing : gap}
    last = printExtension(s, ${type}, tag, end, depth, last);`;
}

/** Function that prints one extension with its key; its tag was read. Returns nothing. */
export function emitPrintExtension(
  options: PrintOptions,
  module: PrintModule,
  field: AnyField,
  name: Code,
): Code {
  return code`${Code.comment(field.kind === 'extension' ? field.typeName : field.name)}
    function ${name}(s, tag, end, depth) {
      const b = s.b;
      let last = 0;
      switch (tag) {
        ${emitCases({ ...options, emitDefaults: false, projected: false }, module, field, new Map(), undefined)}
        default:
          skipRecord(s, tag, end);
          return false;
      }
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
    function ${name}(s, end, depth${options.projected ? code`, wanted` : nothing}) {
      const b = s.b, start = s.q;
      let last = 0;
      while (s.i < end) {
        const tag = readTag(s);
        switch (tag) {
          ${emitCases({ ...options, alone: true }, module, field, new Map(), undefined)}
          ${
            siblings.length === 0
              ? nothing
              : code`${siblings.flatMap(tagsOf).map((tag) => code`case ${tag}:`)}
            skipRecord(s, tag, end);
            s.q = start;
            last = 0;
            break;`
          }
          default:
            skipRecord(s, tag, end);
        }
      }
      if (s.i !== end) checkEnd(s, end);
      if (s.q === start) {
        ${reserve(64)}
        ${appendBytes(text.encode(defaultJson(options, field)), code``)}
      }
    }`;
}

interface CaseOptions extends PrintOptions {
  /** Print the value without its key, and zeros too. */
  readonly alone?: boolean;
}

function oneofNames(message: DescMessage): ReadonlyMap<object, Code> {
  const members = message.oneofs.filter((oneof) => oneof.fields.length > 1);
  return new Map(members.map((oneof, index) => [oneof, code`oneof${index}`]));
}

function emitCases(
  options: CaseOptions,
  module: PrintModule,
  field: AnyField,
  oneofs: ReadonlyMap<object, Code>,
  defaults: Code | undefined,
): Code {
  const oneof = field.oneof === undefined ? undefined : oneofs.get(field.oneof);
  const order = code`if (last >= ${field.number}) throwDisorder();
    last = ${field.number};
    ${oneof === undefined ? nothing : code`if (${oneof} !== 0) throwDisorder(); ${oneof} = 1;`}
    ${defaults === undefined ? nothing : emitDefaults(options, defaults, code`${field.number}`)}`;
  const unwanted = emitUnwanted(options, field, oneof === undefined ? nothing : order);
  const key = keyBytes(options, field);
  const comment = Code.comment(field.kind === 'field' ? field.name : field.typeName);
  switch (field.fieldKind) {
    case 'map':
      return emitMapCase(options, module, field, { order, unwanted, key, comment });
    case 'list':
      return emitListCases(options, module, field, { order, unwanted, key, comment });
    case 'message':
      return code`case ${tagsOf(field)[0] ?? 0}: { ${comment}
        ${unwanted}
        ${order}
        ${emitKey(key, 0)}
        ${emitMessage(options, module, field, field.message)}
        break;
      }`;
    default: {
      const scalar = emitScalar(options, module, field);
      const skipsZero = hasImplicitPresence(field) && !options.emitDefaults && options.alone !== true;
      const isKnown = field.fieldKind === 'enum' ? knownEnum(module, field.enum) : undefined;
      const print = code`${emitKey(key, 0)} ${scalar.print}`;
      return code`case ${tagsOf(field)[0] ?? 0}: { ${comment}
        ${unwanted}
        ${scalar.read}
        ${isKnown === undefined ? nothing : code`if (!${isKnown}) break;`}
        ${order}
        ${skipsZero ? code`if (${scalar.isSet}) { ${print} } ${scalar.skip}` : print}
        break;
      }`;
    }
  }
}

/** What the case of a field begins with, and its key. */
interface CaseParts {
  readonly order: Code;
  readonly unwanted: Code;
  readonly key: Uint8Array;
  readonly comment: Code;
}

/**
 * Passes over a field that is not wanted, before anything of it is looked at; of a member of a
 * oneof the order all the same, since it clears the others. For what is wanted of it, `inner`.
 */
function emitUnwanted(options: CaseOptions, field: AnyField, order: Code): Code {
  if (!options.projected) return nothing;
  if (options.alone === true) return code`const inner = wanted;`;
  return code`if (wanted !== undefined && !wanted.has(${field.number})) {
      ${order}
      skipRecord(s, tag, end);
      break;
    }
    ${field.message === undefined && field.fieldKind !== 'map' ? nothing : code`const inner = wanted === undefined ? undefined : wanted.get(${field.number});`}`;
}

function emitListCases(
  options: CaseOptions,
  module: PrintModule,
  field: AnyField & { readonly fieldKind: 'list' },
  { order, unwanted, key, comment }: CaseParts,
): Code {
  const element =
    field.listKind === 'message'
      ? emitMessage(options, module, field, field.message)
      : emitElement(options, module, field);
  const list = (tag: number, body: Code): Code => code`case ${tag}: { ${comment}
    ${unwanted}
    ${order}
    const before = s.q;
    ${emitKey(key, 1)}
    s.o[s.q++] = 91;
    const opened = s.q;
    do {
      ${body}
    } while (${emitSameTag(tag)});
    if (!closeItems(s, opened, 93)) ${options.emitDefaults || options.alone === true ? code`s.o[s.q++] = 93;` : code`s.q = before;`}
    break;
  }`;
  const one = code`${element} ${comma}`;
  const [own, packed] = tagsOf(field);
  return code`${list(own ?? 0, field.listKind === 'enum' && !field.enum.open ? element : one)}
    ${
      packed === undefined
        ? nothing
        : list(
            packed,
            code`const stop = readEnd(s, end);
              while (s.i < stop) {
                ${field.listKind === 'enum' && !field.enum.open ? element : one}
              }
              if (s.i !== stop) checkEnd(s, stop);`,
          )
    }`;
}

/** One element; of a closed enum with its comma, or nothing. */
function emitElement(
  options: CaseOptions,
  module: PrintModule,
  field: AnyField & { readonly fieldKind: 'list'; readonly listKind: 'scalar' | 'enum' },
): Code {
  const scalar = emitScalar(options, module, field);
  const isKnown = field.listKind === 'enum' ? knownEnum(module, field.enum) : undefined;
  return isKnown === undefined
    ? code`${scalar.read} ${scalar.print}`
    : code`{ ${scalar.read} if (${isKnown}) { ${scalar.print} ${comma} } }`;
}

function emitMapCase(
  options: CaseOptions,
  module: PrintModule,
  field: AnyField & { readonly fieldKind: 'map' },
  { order, unwanted, key, comment }: CaseParts,
): Code {
  const [tag = 0] = tagsOf(field);
  const keyTag = 8 + wireTypeOf(field.mapKey);
  const quoted = field.mapKey === ScalarType.STRING || is64Bit(field.mapKey);
  const keyScalar = emitScalarOf(field.mapKey);
  const quote = quoted ? nothing : code`${reserve(1)} s.o[s.q++] = 34;`;
  const keyDefault =
    field.mapKey === ScalarType.STRING ? '""' : field.mapKey === ScalarType.BOOL ? '"false"' : '"0"';
  const value = emitMapValue(options, module, field);
  return code`case ${tag}: { ${comment}
    ${unwanted}
    ${order}
    const before = s.q;
    ${emitKey(key, 1)}
    s.o[s.q++] = 123;
    const opened = s.q, base = s.keyCount;
    do {
      const stop = readEnd(s, end), entry = s.q;
      if (s.i < stop && b[s.i] === ${keyTag}) {
        s.i++;
        ${quote} ${blockScoped(keyScalar)} ${quote}
      } else { ${reserve(8)} ${appendBytes(text.encode(keyDefault), nothing)} }
      if (repeatsKey(s, s.o, base, entry, s.q)) throwDisorder();
      ${
        options.projected
          ? code`const chosen = inner === undefined ? undefined : keyProjection(s, inner, entry);
            if (chosen === null) { s.i = stop; s.q = entry; forgetKey(s, base); continue; }`
          : nothing
      }
      s.o[s.q++] = 58;
      if (s.i < stop && b[s.i] === ${value.tag}) {
        s.i++;
        ${value.print}
      } else { ${value.printDefault} }
      if (s.i !== stop) throwDisorder();
      ${value.dropped === undefined ? nothing : code`if (${value.dropped}) { s.q = entry; forgetKey(s, base); continue; }`}
      ${comma}
    } while (${emitSameTag(tag)});
    dropKeys(s, base);
    if (!closeItems(s, opened, 125)) ${options.emitDefaults || options.alone === true ? code`s.o[s.q++] = 125;` : code`s.q = before;`}
    break;
  }`;
}

/** The value of a map entry: its tag was read, or it is missing. */
function emitMapValue(
  options: CaseOptions,
  module: PrintModule,
  field: AnyField & { readonly fieldKind: 'map' },
): { tag: number; print: Code; printDefault: Code; dropped?: Code } {
  switch (field.mapKind) {
    case 'message': {
      const print = module.messageFunction(field.message);
      const chosen = options.projected ? code`, chosen` : nothing;
      return {
        tag: 18,
        print: code`${print}(s, readEnd(s, stop), depth + 1${chosen});`,
        printDefault: code`${print}(s, s.i, depth + 1${chosen});`,
      };
    }
    case 'enum': {
      const scalar = emitEnum(options, module, field.enum);
      const first = field.enum.values[0]?.number ?? 0;
      if (field.enum.open)
        return {
          tag: 16,
          print: blockScoped(scalar),
          printDefault: code`const n = ${first}; ${scalar.print}`,
        };
      // An entry with a number that a closed enum lacks is an unknown field.
      const known = knownEnum(module, field.enum) ?? nothing;
      return {
        tag: 16,
        print: code`${scalar.read} if (${known}) { ${scalar.print} }`,
        printDefault: code`const n = ${first}; ${scalar.print}`,
        dropped: code`s.o[s.q - 1] === 58`,
      };
    }
    case 'scalar':
      return {
        tag: 16 + wireTypeOf(field.scalar),
        print: blockScoped(emitScalarOf(field.scalar)),
        printDefault: code`${reserve(16)} ${appendBytes(text.encode(zeroJson(field.scalar)), nothing)}`,
      };
  }
}

function emitMessage(
  options: PrintOptions,
  module: PrintModule,
  field: AnyField,
  message: DescMessage,
): Code {
  const print = module.messageFunction(message);
  const inner = options.projected ? code`, inner` : nothing;
  return isDelimited(field)
    ? code`{
        const group = skipGroup(s, tag, end);
        ${print}(s, group.stop, depth + 1${inner});
        s.i = group.after;
      }`
    : code`${print}(s, readEnd(s, end), depth + 1${inner});`;
}

/** Function of a wrapper: the value of its field 1, of which the last counts. */
function emitWrapper(type: ScalarType, message: DescMessage, name: Code): Code {
  return code`${Code.comment(message.typeName)}
    function ${name}(s, end, depth) {
      if (depth > s.depthMax) checkDepth(s, depth);
      let at = -1;
      while (s.i < end) {
        const tag = readTag(s);
        if (tag === ${8 + wireTypeOf(type)}) at = s.i;
        skipRecord(s, tag, end);
      }
      if (s.i !== end) checkEnd(s, end);
      if (at < 0) {
        ${reserve(16)}
        ${appendBytes(text.encode(zeroJson(type)), nothing)}
      } else {
        s.i = at;
        ${blockScoped(emitScalarOf(type))}
        s.i = end;
      }
    }`;
}

interface ScalarCode {
  /** Reads into `n`, or nothing where the value is printed from where it stands. */
  readonly read: Code;
  readonly isSet: Code;
  readonly print: Code;
  /** What follows `if (isSet) print`. */
  readonly skip: Code;
}

function blockScoped(scalar: ScalarCode): Code {
  return code`{ ${scalar.read} ${scalar.print} }`;
}

function emitScalar(options: PrintOptions, module: PrintModule, field: AnyField): ScalarCode {
  if (field.enum !== undefined) return emitEnum(options, module, field.enum);
  return emitScalarOf(field.scalar ?? ScalarType.INT32);
}

function emitEnum(options: PrintOptions, module: PrintModule, desc: DescEnum): ScalarCode {
  return {
    read: code`const n = readVarint32(s);`,
    isSet: code`n !== 0`,
    print: isNullEnum(desc)
      ? code`append(s, 'null');`
      : options.enumsAsNumbers
        ? code`printInteger(s, n);`
        : code`printEnum(s, ${enumTable(module, desc)}, n);`,
    skip: nothing,
  };
}

/** Undefined for an open enum, which knows every number. */
function knownEnum(module: PrintModule, desc: DescEnum): Code | undefined {
  return desc.open ? undefined : code`${enumTable(module, desc)}.all.has(n)`;
}

/** The tables that printing functions refer to. */
export function printTables(options: PrintOptions): Tables {
  return {
    message: { type: (message) => message, defaults: (message) => defaultsOf(options, message) },
    enum: { names: enumNames },
  };
}

const enumTables = new WeakMap<DescEnum, EnumNames>();

function enumTable(module: PrintModule, desc: DescEnum): Code {
  return module.table('names', desc);
}

function enumNames(desc: DescEnum): EnumNames {
  let table = enumTables.get(desc);
  if (table === undefined) {
    const all = new Map<number, Uint8Array>();
    for (const value of desc.values)
      if (!all.has(value.number))
        all.set(value.number, text.encode(JSON.stringify(desc.value[value.number]?.jsonName)));
    table = { all, low: Array.from({ length: 64 }, (_, number) => all.get(number)) };
    enumTables.set(desc, table);
  }
  return table;
}

function emitScalarOf(type: ScalarType): ScalarCode {
  const number = (read: Code, print: Code): ScalarCode => ({
    read,
    print,
    isSet: code`n !== 0`,
    skip: nothing,
  });
  const wide = (read: Code, print: Code): ScalarCode => ({
    read,
    print,
    isSet: code`(s.lo | s.hi) !== 0`,
    skip: nothing,
  });
  switch (type) {
    case ScalarType.INT32:
      return number(code`const n = readVarint32(s);`, code`printInteger(s, n);`);
    case ScalarType.UINT32:
      return number(code`const n = readVarint32(s) >>> 0;`, code`printInteger(s, n);`);
    case ScalarType.SINT32:
      return number(code`const z = readVarint32(s), n = (z >>> 1) ^ -(z & 1);`, code`printInteger(s, n);`);
    case ScalarType.FIXED32:
      return number(code`const n = s.bv.getUint32(s.i, true); s.i += 4;`, code`printInteger(s, n);`);
    case ScalarType.SFIXED32:
      return number(code`const n = s.bv.getInt32(s.i, true); s.i += 4;`, code`printInteger(s, n);`);
    case ScalarType.FLOAT:
      return {
        ...number(code`const n = readFloat(s);`, code`printFloat(s, n);`),
        isSet: code`!Object.is(n, 0)`,
      };
    case ScalarType.DOUBLE:
      return {
        ...number(code`const n = readDouble(s);`, code`printDouble(s, n);`),
        isSet: code`!Object.is(n, 0)`,
      };
    case ScalarType.INT64:
      return wide(code`readVarint64(s);`, code`printInt64(s);`);
    case ScalarType.UINT64:
      return wide(code`readVarint64(s);`, code`printUint64(s);`);
    case ScalarType.SINT64:
      return wide(code`readVarint64(s); unzigzag64(s);`, code`printInt64(s);`);
    case ScalarType.FIXED64:
      return wide(code`readFixed64(s);`, code`printUint64(s);`);
    case ScalarType.SFIXED64:
      return wide(code`readFixed64(s);`, code`printInt64(s);`);
    case ScalarType.BOOL:
      return wide(code`readVarint64(s);`, code`printBool(s, (s.lo | s.hi) !== 0);`);
    case ScalarType.STRING:
      return { read: nothing, isSet: code`!isEmpty(s)`, print: code`printString(s, end);`, skip: skipEmpty };
    case ScalarType.BYTES:
      return { read: nothing, isSet: code`!isEmpty(s)`, print: code`printBytes(s, end);`, skip: skipEmpty };
  }
}

const skipEmpty = code`else s.i = readEnd(s, end);`;

/** The tags that a field may come with: its own, and packed where that is another. */
function tagsOf(field: AnyField): number[] {
  const start = field.number * 8;
  if (field.fieldKind === 'map') return [start + 2];
  if (field.message !== undefined) return [start + (isDelimited(field) ? 3 : 2)];
  const own = start + (field.enum !== undefined ? 0 : wireTypeOf(field.scalar ?? ScalarType.INT32));
  return field.fieldKind === 'list' && own !== start + 2 ? [own, start + 2] : [own];
}

/** Whether the next tag is the same again, which is then read. */
function emitSameTag(tag: number): Code {
  const bytes = [...tagBytes(Math.floor(tag / 8), tag % 8)];
  const tests = bytes.map((byte, at) => code` && b[s.i + ${at}] === ${byte}`);
  return code`s.i < end${tests} && (s.i += ${bytes.length}) > 0`;
}

/** `,"name":`, of which the comma of the first becomes the brace; nothing for a field alone. */
function keyBytes(options: CaseOptions, field: AnyField): Uint8Array {
  if (options.alone === true) return new Uint8Array(0);
  const name = field.kind === 'field' && options.protoNames ? field.name : field.jsonName;
  return text.encode(`,${JSON.stringify(name)}:`);
}

/** Behind a value, whose printing left room for a byte and more: see `spill`. */
const comma = code`s.o[s.q++] = 44;`;

/** As reserve(), without a call: of calls the compiler takes only so many into one function. */
function reserve(count: number): Code {
  return code`if (s.q + ${count} > s.room) s.grow(${count + spill});`;
}

function emitKey(key: Uint8Array, more: number): Code {
  return code`${reserve(key.length + more + 1)} ${key.length === 0 ? nothing : appendBytes(key, nothing)}`;
}

function zeroJson(type: ScalarType): string {
  if (is64Bit(type)) return '"0"';
  if (type === ScalarType.BOOL) return 'false';
  return type === ScalarType.STRING || type === ScalarType.BYTES ? '""' : '0';
}

/** JSON of a field that the message does not hold, when it is asked for alone. */
function defaultJson(options: PrintOptions, field: DescField): string {
  if (field.fieldKind === 'list') return '[]';
  if (field.fieldKind === 'map') return '{}';
  if (field.fieldKind === 'message' || !hasImplicitPresence(field)) return 'null';
  if (field.fieldKind === 'scalar') return zeroJson(field.scalar);
  if (isNullEnum(field.enum)) return 'null';
  const name = options.enumsAsNumbers ? undefined : field.enum.value[0]?.jsonName;
  return name === undefined ? '0' : JSON.stringify(name);
}

function defaultsOf(options: PrintOptions, message: DescMessage): Defaults {
  return [...message.fields]
    .sort((a, b) => a.number - b.number)
    .filter((field) => field.fieldKind === 'list' || field.fieldKind === 'map' || hasImplicitPresence(field))
    .filter((field) => field.fieldKind !== 'message')
    .map((field) => ({
      number: field.number,
      json: text.encode(
        `,${JSON.stringify(options.protoNames ? field.name : field.jsonName)}:${defaultJson(options, field)}`,
      ),
    }));
}
