import { type DescEnum, ScalarType } from '@bufbuild/protobuf';
import type { AnyField } from '../runtime/any-field.js';
import { isNullEnum } from '../runtime/enum-value.js';
import { createLookups } from '../runtime/lookups.js';
import { type EnumValues, unknownName } from '../runtime/parse-enum.js';
import { wireTypeOf } from '../runtime/scalar.js';
import { tagBytes } from './bytes.js';
import { type Code, code, nothing } from './code.js';
import { dispatchFunction } from './dispatch.js';
import type { Tables } from './module.js';
import type { ParseModule, ParseOptions } from './parse-options.js';

/** A value in two steps, between which it may be left out. */
export interface ScalarCode {
  /** Reads the value into `n`, or into the registers. */
  readonly read: Code;
  readonly isSet: Code;
  readonly write: Code;
  /** For strings and bytes instead: reads and writes at once, length included. */
  readonly bytes?: Code;
  /** Whether the value is one: only where an unknown enum name is to be ignored. */
  readonly isKnown?: Code | undefined;
}

/** A field's own value, or an element of it. */
export function emitElement(options: ParseOptions, module: ParseModule, field: AnyField): ScalarCode {
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

export function emitScalarOf(type: ScalarType): ScalarCode {
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

/** Wire type of a field's value, or of an element of it, that is not packed. */
export function wireTypeOfElement(field: AnyField): number {
  return field.enum !== undefined ? 0 : wireTypeOf(field.scalar ?? ScalarType.INT32);
}

/** Writes a tag. */
export function emitTag(number: number, wireType: number): Code {
  return code`${[...tagBytes(number, wireType)].map((byte) => code`s.o[s.q++] = ${byte};`)}`;
}
