import { type DescEnum, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { type AnyField, hasImplicitPresence, isDelimited } from '../runtime/any-field.js';
import { isNullEnum } from '../runtime/enum-value.js';
import { createLookups } from '../runtime/lookups.js';
import { type EnumValues, unknownName } from '../runtime/parse-enum.js';
import { is64Bit, wireTypeOf } from '../runtime/scalar.js';
import { wrappedScalar } from '../runtime/well-known.js';
import { tagBytes } from './bytes.js';
import { Code, code, nothing } from './code.js';
import { dispatchFunction } from './dispatch.js';
import type { Module, Tables } from './module.js';

/** What decides on the reading of JSON besides the type. */
export interface ParseOptions {
  readonly ignoreUnknown: boolean;
}

/** A module of functions from JSON bytes to protobuf bytes. */
export type ParseModule = Module;

/** Fields that one number remembers as given. */
const bitsPerMask = 30;

/** Function of a message type: reads the value at `s.i` and writes the message at `s.q`. */
export function emitParse(
  options: ParseOptions,
  module: ParseModule,
  message: DescMessage,
  name: Code,
): Code {
  const wrapped = wrappedScalar(message.typeName);
  if (wrapped !== undefined) return emitWrapper(wrapped, message, name);
  const fields = message.fields;
  const masks = Array.from(
    { length: Math.ceil(fields.length / bitsPerMask) },
    (_, index) => code`given${index}`,
  );
  const oneofs = new Map(
    message.oneofs
      .filter((oneof) => oneof.fields.length > 1)
      .map((oneof, index) => [oneof as object, code`oneof${index}`]),
  );
  const indexes = new Map(fields.map((field, index) => [field, index]));
  const words = [...createLookups().byName(message)].map(([text, field]) => ({
    text,
    value: indexes.get(field) ?? 0,
  }));
  const fieldOf = module.helper(fields, `field_${message.typeName}`, (own) =>
    dispatchFunction(own, words, -1),
  );
  return code`${Code.comment(message.typeName)}
    function ${name}(s, depth, any) {
      enter(s, depth);
      if (!openObject(s)) return;
      const b = s.b;
      ${masks.map((mask) => code`let ${mask} = 0;`)}
      ${[...oneofs.values()].map((oneof) => code`let ${oneof} = 0;`)}
      let others = undefined;
      do {
        const length = key(s);
        switch (${fieldOf}(s, s.k, length)) {
          ${fields.map((field, index) => {
            const mask = masks[Math.floor(index / bitsPerMask)] ?? nothing;
            const bit = 1 << (index % bitsPerMask);
            const oneof = field.oneof === undefined ? undefined : oneofs.get(field.oneof);
            return code`case ${index}: { ${Code.comment(field.name)}
              if ((${mask} & ${bit}) !== 0) refuse();
              ${mask} |= ${bit};
              ${emitFieldOrNull(options, module, field, oneof)}
              break;
            }`;
          })}
          default:
            others = parseMember(s, ${module.table('type', message)}, length, depth, any, others);
        }
      } while (moreMembers(s));
    }`;
}

/** Function that reads the value of one field or extension, and writes it with its tag; nothing for null. */
export function emitParseField(
  options: ParseOptions,
  module: ParseModule,
  field: AnyField,
  name: Code,
): Code {
  return code`${Code.comment(field.name)}
    function ${name}(s, depth, any) {
      const b = s.b;
      ${emitFieldOrNull(options, module, field, undefined)}
    }`;
}

/** `null` is an absent field, except in the two types that have a null (ProtoJSON, null). */
function emitFieldOrNull(
  options: ParseOptions,
  module: ParseModule,
  field: AnyField,
  oneof: Code | undefined,
): Code {
  const claim = oneof === undefined ? nothing : code`if (${oneof} !== 0) refuse(); ${oneof} = 1;`;
  const value = code`${claim} ${emitField(options, module, field)}`;
  const singular = field.fieldKind !== 'list' && field.fieldKind !== 'map';
  if (singular && hasNull(field)) return value;
  return code`if (b[s.i] === 110) nullWord(s);
    else {
      ${value}
    }`;
}

function hasNull(field: AnyField): boolean {
  return (
    field.message?.typeName === 'google.protobuf.Value' ||
    (field.enum !== undefined && isNullEnum(field.enum))
  );
}

function emitField(options: ParseOptions, module: ParseModule, field: AnyField): Code {
  switch (field.fieldKind) {
    case 'message':
      return emitMessage(module, field, field.message);
    case 'map':
      return emitMap(options, module, field);
    case 'list':
      return emitList(options, module, field);
    default: {
      const value = emitElement(options, module, field);
      const skipsZero = hasImplicitPresence(field);
      const tag = emitTag(field.number, wireTypeOfElement(field));
      if (value.bytes !== undefined) {
        const size = tagBytes(field.number, 2).length;
        return skipsZero
          ? code`const at = s.q; ${tag} ${value.bytes} if (s.q === at + ${size + 1}) s.q = at;`
          : code`${tag} ${value.bytes}`;
      }
      const isSet = skipsZero ? value.isSet : value.isKnown;
      const write = code`${tag} ${value.write}`;
      return code`${value.read} ${isSet === undefined ? write : code`if (${isSet}) { ${write} }`}`;
    }
  }
}

function emitMessage(module: ParseModule, field: AnyField, message: DescMessage): Code {
  const parse = module.messageFunction(message);
  if (isDelimited(field))
    return code`${emitTag(field.number, 3)} ${parse}(s, depth + 1, 0); ${emitTag(field.number, 4)}`;
  return code`{
    ${emitTag(field.number, 2)}
    const at = s.q++;
    ${parse}(s, depth + 1, 0);
    close(s, at);
  }`;
}

function emitList(
  options: ParseOptions,
  module: ParseModule,
  field: AnyField & { readonly fieldKind: 'list' },
): Code {
  const each = (element: Code): Code => code`do {
    ${element}
  } while (moreElements(s));`;
  if (field.listKind === 'message')
    return code`if (openArray(s)) ${each(emitMessage(module, field, field.message))}`;
  const value = emitElement(options, module, field);
  const tag = emitTag(field.number, wireTypeOfElement(field));
  if (value.bytes !== undefined) return code`if (openArray(s)) ${each(code`${tag} ${value.bytes}`)}`;
  const write = (statements: Code): Code =>
    value.isKnown === undefined ? statements : code`if (${value.isKnown}) { ${statements} }`;
  if (!field.packed)
    return code`if (openArray(s)) ${each(code`${value.read} ${write(code`${tag} ${value.write}`)}`)}`;
  return code`if (openArray(s)) {
    const start = s.q;
    ${emitTag(field.number, 2)}
    const at = s.q++;
    ${each(code`${value.read} ${write(value.write)}`)}
    if (s.q === at + 1) s.q = start; else close(s, at);
  }`;
}

function emitMap(
  options: ParseOptions,
  module: ParseModule,
  field: AnyField & { readonly fieldKind: 'map' },
): Code {
  const keyTag = 8 + wireTypeOf(field.mapKey);
  const key = emitMapKey(field.mapKey, keyTag);
  const value = emitMapValue(options, module, field);
  return code`if (openObject(s)) {
    ${key.before}
    do {
      const start = s.q;
      ${emitTag(field.number, 2)}
      const entry = s.q++;
      ${key.read}
      ${value}
      close(s, entry);
    } while (moreMembers(s));
    ${key.after}
  }`;
}

function emitMapKey(type: ScalarType, tag: number): { before: Code; read: Code; after: Code } {
  if (type === ScalarType.STRING) {
    return {
      before: code`const base = s.keyCount;`,
      read: code`s.o[s.q++] = ${tag}; stringKey(s, base);`,
      after: code`dropKeys(s, base);`,
    };
  }
  const before = code`const keys = new Set();`;
  if (type === ScalarType.BOOL) {
    return {
      before,
      read: code`{
        const after = numberKey(s), n = boolKey(s);
        rememberNumber(keys, n ? 1 : 0);
        s.o[s.q++] = ${tag};
        s.o[s.q++] = n ? 1 : 0;
        s.i = after;
      }`,
      after: nothing,
    };
  }
  const scalar = emitScalarOf(type);
  const identity = is64Bit(type) ? code`s.hi + ' ' + s.lo` : code`n`;
  return {
    before,
    read: code`{
      const after = numberKey(s);
      ${scalar.read}
      rememberNumber(keys, ${identity});
      s.o[s.q++] = ${tag};
      ${scalar.write}
      s.i = after;
    }`,
    after: nothing,
  };
}

/** The value of an entry with its tag; an ignored enum name takes the entry with it. */
function emitMapValue(
  options: ParseOptions,
  module: ParseModule,
  field: AnyField & { readonly fieldKind: 'map' },
): Code {
  if (field.mapKind === 'message') {
    return code`s.o[s.q++] = 18;
      const at = s.q++;
      ${module.messageFunction(field.message)}(s, depth + 1, 0);
      close(s, at);`;
  }
  const value = emitElement(options, module, field);
  const tag = 16 + (field.mapKind === 'enum' ? 0 : wireTypeOf(field.scalar));
  if (value.bytes !== undefined) return code`s.o[s.q++] = ${tag}; ${value.bytes}`;
  return code`${value.read}
    ${value.isKnown === undefined ? nothing : code`if (!(${value.isKnown})) { s.q = start; continue; }`}
    s.o[s.q++] = ${tag};
    ${value.write}`;
}

/** Function of a wrapper: its JSON is that of its field 1. */
function emitWrapper(type: ScalarType, message: DescMessage, name: Code): Code {
  const scalar = emitScalarOf(type);
  const tag = code`s.o[s.q++] = ${8 + wireTypeOf(type)};`;
  return code`${Code.comment(message.typeName)}
    function ${name}(s, depth) {
      enter(s, depth);
      ${
        scalar.bytes === undefined
          ? code`${scalar.read} if (${scalar.isSet}) { ${tag} ${scalar.write} }`
          : code`const at = s.q; ${tag} ${scalar.bytes} if (s.q === at + 2) s.q = at;`
      }
    }`;
}

interface ScalarCode {
  /** Reads the value into `n`, or into the registers. */
  readonly read: Code;
  readonly isSet: Code;
  readonly write: Code;
  /** For strings and bytes instead: reads and writes at once, length included. */
  readonly bytes?: Code;
  /** Whether the value is one: only where an unknown enum name is to be ignored. */
  readonly isKnown?: Code | undefined;
}

function emitElement(options: ParseOptions, module: ParseModule, field: AnyField): ScalarCode {
  return field.enum === undefined
    ? emitScalarOf(field.scalar ?? ScalarType.INT32)
    : emitEnum(options, module, field.enum);
}

function emitEnum(options: ParseOptions, module: ParseModule, desc: DescEnum): ScalarCode {
  const byName = createLookups().enumNumbers(desc);
  const lookUp = module.helper(desc, `enum_${desc.typeName}`, (own) =>
    dispatchFunction(
      own,
      [...byName].map(([text, value]) => ({ text, value })),
      unknownName,
    ),
  );
  const known = code`n !== ${unknownName}`;
  return {
    read: code`const n = enumValue(s, ${module.table('values', desc)}, ${lookUp}, ${options.ignoreUnknown ? code`true` : code`false`});`,
    isSet: options.ignoreUnknown ? code`n !== 0 && ${known}` : code`n !== 0`,
    write: code`writeInt32(s, n);`,
    isKnown: options.ignoreUnknown ? known : undefined,
  };
}

/** The tables that parsing functions refer to. */
export const parseTables: Tables = {
  message: { type: (message) => message },
  enum: { values: enumValuesOf },
};

const enumValues = new WeakMap<DescEnum, EnumValues>();

function enumValuesOf(desc: DescEnum): EnumValues {
  const values = enumValues.get(desc) ?? {
    byName: createLookups().enumNumbers(desc),
    open: desc.open,
    numbers: new Set(desc.values.map((value) => value.number)),
    isNull: isNullEnum(desc),
  };
  enumValues.set(desc, values);
  return values;
}

function emitScalarOf(type: ScalarType): ScalarCode {
  const number = (read: Code, write: Code): ScalarCode => ({ read, write, isSet: code`n !== 0` });
  const wide = (read: Code, write: Code): ScalarCode => ({ read, write, isSet: code`(s.lo | s.hi) !== 0` });
  const float = (read: Code, write: Code): ScalarCode => ({ read, write, isSet: code`!Object.is(n, 0)` });
  switch (type) {
    case ScalarType.INT32:
      return number(code`const n = int32(s);`, code`writeInt32(s, n);`);
    case ScalarType.UINT32:
      return number(code`const n = uint32(s);`, code`writeVarint32(s, n);`);
    case ScalarType.SINT32:
      return number(code`const n = int32(s);`, code`writeVarint32(s, ((n << 1) ^ (n >> 31)) >>> 0);`);
    case ScalarType.FIXED32:
      return number(code`const n = uint32(s);`, code`writeFixed32(s, n);`);
    case ScalarType.SFIXED32:
      return number(code`const n = int32(s);`, code`writeFixed32(s, n);`);
    case ScalarType.FLOAT:
      return float(code`const n = float(s);`, code`writeFloat(s, n);`);
    case ScalarType.DOUBLE:
      return float(code`const n = double(s);`, code`writeDouble(s, n);`);
    case ScalarType.INT64:
      return wide(code`int64(s);`, code`writeVarint64(s);`);
    case ScalarType.UINT64:
      return wide(code`uint64(s);`, code`writeVarint64(s);`);
    case ScalarType.SINT64:
      return wide(code`int64(s);`, code`zigzag64(s); writeVarint64(s);`);
    case ScalarType.FIXED64:
      return wide(code`uint64(s);`, code`writeFixed64(s);`);
    case ScalarType.SFIXED64:
      return wide(code`int64(s);`, code`writeFixed64(s);`);
    case ScalarType.BOOL:
      return { read: code`const n = bool(s);`, write: code`s.o[s.q++] = n ? 1 : 0;`, isSet: code`n` };
    case ScalarType.STRING:
      return { read: nothing, write: nothing, isSet: nothing, bytes: code`string(s);` };
    case ScalarType.BYTES:
      return { read: nothing, write: nothing, isSet: nothing, bytes: code`bytes(s);` };
  }
}

function wireTypeOfElement(field: AnyField): number {
  return field.enum !== undefined ? 0 : wireTypeOf(field.scalar ?? ScalarType.INT32);
}

function emitTag(number: number, wireType: number): Code {
  return code`${[...tagBytes(number, wireType)].map((byte) => code`s.o[s.q++] = ${byte};`)}`;
}
