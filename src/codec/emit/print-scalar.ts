import { type DescEnum, ScalarType } from '@bufbuild/protobuf';
import type { AnyField } from '../runtime/any-field.js';
import { isNullEnum } from '../runtime/enum-value.js';
import { integerRoom } from '../runtime/print-integer.js';
import { numberRoom } from '../runtime/print-number.js';
import { type Code, code, nothing } from './code.js';
import type { PrintModule, PrintOptions } from './print-options.js';
import { emitStop, reserve } from './print-wire.js';

/** A value in three steps, of which the second may be left out. */
export interface ScalarCode {
  /** Reads it into `n`, or into `lo` and `hi`; of strings and bytes, and of floats, only where it stands. */
  readonly read: Code;
  readonly isSet: Code;
  /** Prints what was read. */
  readonly print: Code;
  /** What `print` needs room for; 0 where it makes room itself. */
  readonly room: number;
  /** Goes behind the value. */
  readonly skip: Code;
}

/** All three, in a block. */
export function emitWhole(scalar: ScalarCode): Code {
  return code`{ ${scalar.read} ${reserve(scalar.room)} ${scalar.print} ${scalar.skip} }`;
}

/** A field's own value, or an element of it, which does not go beyond `end`. */
export function emitScalar(options: PrintOptions, module: PrintModule, field: AnyField): ScalarCode {
  if (field.enum !== undefined) return emitEnum(options, module, field.enum);
  return emitScalarOf(field.scalar ?? ScalarType.INT32, code`end`);
}

export function emitEnum(options: PrintOptions, module: PrintModule, desc: DescEnum): ScalarCode {
  return {
    read: varint32,
    isSet: code`n !== 0`,
    print: isNullEnum(desc)
      ? code`q = append(s, 'null', q);`
      : options.enumsAsNumbers
        ? code`q = printInteger(s, n, q);`
        : code`q = printEnum(s, ${module.table('names', desc)}, n, q);`,
    room: options.enumsAsNumbers ? integerRoom : 0,
    skip: nothing,
  };
}

/** Whether an enum has the number `n`; undefined for an open enum, which has every number. */
export function knownEnum(module: PrintModule, desc: DescEnum): Code | undefined {
  return desc.open ? undefined : code`${module.table('names', desc)}.all.has(n)`;
}

const varint32 = code`let n = b[i++]; if (n > 127) { n = readVarint32(s, i - 1); i = s.i; }`;
const varint64 = code`let lo = b[i++], hi = 0; if (lo > 127) { readVarint64(s, i - 1); lo = s.lo; hi = s.hi; i = s.i; }`;
const fixed64 = code`const lo = s.bv.getInt32(i, true), hi = s.bv.getInt32(i + 4, true); i += 8;`;

/** A scalar that does not go beyond `limit`, a variable. */
export function emitScalarOf(type: ScalarType, limit: Code): ScalarCode {
  const integer = (read: Code): ScalarCode => ({
    read,
    print: code`q = printInteger(s, n, q);`,
    isSet: code`n !== 0`,
    room: integerRoom,
    skip: nothing,
  });
  const wide = (read: Code, print: Code): ScalarCode => ({
    read,
    print,
    isSet: code`(lo | hi) !== 0`,
    room: integerRoom,
    skip: nothing,
  });
  // Any bit makes a float another than the default, which is 0 and not -0.
  const float = (print: Code, isSet: Code, size: number): ScalarCode => ({
    read: code`const from = i; i += ${size};`,
    print,
    isSet,
    room: numberRoom,
    skip: nothing,
  });
  const bytes = (print: Code): ScalarCode => ({
    read: emitStop(limit),
    print,
    isSet: code`i !== stop`,
    room: 0,
    skip: code`i = stop;`,
  });
  const int64 = code`q = printInt64(s, lo, hi, q);`;
  const uint64 = code`q = printUint64(s, lo, hi, q);`;
  switch (type) {
    case ScalarType.INT32:
      return integer(varint32);
    case ScalarType.UINT32:
      return integer(code`${varint32} n >>>= 0;`);
    case ScalarType.SINT32:
      return integer(code`${varint32} n = (n >>> 1) ^ -(n & 1);`);
    case ScalarType.FIXED32:
      return integer(code`const n = s.bv.getUint32(i, true); i += 4;`);
    case ScalarType.SFIXED32:
      return integer(code`const n = s.bv.getInt32(i, true); i += 4;`);
    case ScalarType.FLOAT:
      return float(code`q = printFloat(s, from, q);`, code`s.bv.getInt32(from, true) !== 0`, 4);
    case ScalarType.DOUBLE:
      return float(
        code`q = printDouble(s, from, q);`,
        code`(s.bv.getInt32(from, true) | s.bv.getInt32(from + 4, true)) !== 0`,
        8,
      );
    case ScalarType.INT64:
      return wide(varint64, int64);
    case ScalarType.UINT64:
      return wide(varint64, uint64);
    case ScalarType.SINT64:
      return wide(code`readVarint64(s, i); unzigzag64(s); const { lo, hi } = s; i = s.i;`, int64);
    case ScalarType.FIXED64:
      return wide(fixed64, uint64);
    case ScalarType.SFIXED64:
      return wide(fixed64, int64);
    case ScalarType.BOOL:
      return wide(varint64, code`q = printBool(s, (lo | hi) !== 0, q);`);
    case ScalarType.STRING:
      return bytes(code`q = printString(s, i, stop, q);`);
    case ScalarType.BYTES:
      return bytes(code`q = printBytes(s, i, stop, q);`);
  }
}
