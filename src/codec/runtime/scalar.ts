import { ScalarType } from '@bufbuild/protobuf';
import { type BinaryReader, type BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { parseInteger } from './integer.js';
import type { JsonValue } from './json-reader.js';

/** Value of a scalar field: 64-bit integers are bigint, 32-bit ones number. */
export type Scalar = number | bigint | boolean | string | Uint8Array;

const int32 = { min: -(2n ** 31n), max: 2n ** 31n - 1n };
const uint32 = { min: 0n, max: 2n ** 32n - 1n };
const int64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };
const uint64 = { min: 0n, max: 2n ** 64n - 1n };

function integerRange(type: ScalarType): { readonly min: bigint; readonly max: bigint } | undefined {
  switch (type) {
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return int32;
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return uint32;
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return int64;
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return uint64;
    default:
      return undefined;
  }
}

/** Whether the type is an integer that JSON writes in quotes. */
export function is64Bit(type: ScalarType): boolean {
  const range = integerRange(type);
  return range === int64 || range === uint64;
}

/** What a valid value is, to follow "must be": "an integer from 0 to 4294967295". */
export function describeScalar(type: ScalarType): string {
  const range = integerRange(type);
  if (range !== undefined) {
    return `an integer from ${range.min} to ${range.max}`;
  }
  switch (type) {
    case ScalarType.BOOL:
      return 'true or false';
    case ScalarType.STRING:
      return 'a string';
    case ScalarType.BYTES:
      return 'a base64 string';
    case ScalarType.FLOAT:
      return 'a number in the range of float, "NaN", "Infinity" or "-Infinity"';
    default:
      return 'a number in the range of double, "NaN", "Infinity" or "-Infinity"';
  }
}

/** ProtoJSON value → scalar; undefined when it is not one (see describeScalar). */
export function scalarFromJson(type: ScalarType, json: JsonValue): Scalar | undefined {
  if (type === ScalarType.BOOL) {
    return json.kind === 'boolean' ? json.value : undefined;
  }
  if (json.kind === 'string') {
    return scalarFromText(type, json.value);
  }
  return json.kind === 'number' && type !== ScalarType.STRING && type !== ScalarType.BYTES
    ? scalarFromText(type, json.text)
    : undefined;
}

/**
 * Text → scalar: what ProtoJSON accepts between quotes, a map key, a path or query value. Bool is
 * `true` or `false`; integers may have an exponent; bytes are base64 in either alphabet, padded
 * or not. Undefined when the text is none.
 */
export function scalarFromText(type: ScalarType, text: string): Scalar | undefined {
  const range = integerRange(type);
  if (range !== undefined) {
    const value = parseInteger(text);
    if (value === undefined || value < range.min || value > range.max) {
      return undefined;
    }
    return range === int32 || range === uint32 ? Number(value) : value;
  }
  switch (type) {
    case ScalarType.BOOL:
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case ScalarType.STRING:
      return /\p{Surrogate}/u.test(text) ? undefined : text;
    case ScalarType.BYTES:
      return parseBase64(text);
    default:
      return parseFloating(type, text);
  }
}

function parseFloating(type: ScalarType, text: string): number | undefined {
  switch (text) {
    case 'NaN':
      return Number.NaN;
    case 'Infinity':
      return Number.POSITIVE_INFINITY;
    case '-Infinity':
      return Number.NEGATIVE_INFINITY;
  }
  if (!/^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/.test(text)) {
    return undefined;
  }
  const value = Number(text);
  const stored = type === ScalarType.FLOAT ? Math.fround(value) : value;
  return Number.isFinite(stored) ? stored : undefined;
}

function parseBase64(text: string): Uint8Array | undefined {
  const match = /^([A-Za-z0-9+/_-]*)(={0,2})$/.exec(text);
  const digits = match?.[1]?.length ?? 0;
  if (match === null || digits % 4 === 1 || (match[2] !== '' && text.length % 4 !== 0)) {
    return undefined;
  }
  return new Uint8Array(Buffer.from(text, 'base64'));
}

/** Whether a field without presence leaves this value off the wire; -0 is not zero. */
export function isZero(value: Scalar): boolean {
  switch (typeof value) {
    case 'number':
      return Object.is(value, 0);
    case 'bigint':
      return value === 0n;
    case 'boolean':
      return !value;
    default:
      return value.length === 0;
  }
}

/** The default of a field without presence. */
export function zeroOf(type: ScalarType): Scalar {
  switch (type) {
    case ScalarType.BOOL:
      return false;
    case ScalarType.STRING:
      return '';
    case ScalarType.BYTES:
      return new Uint8Array(0);
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return 0n;
    default:
      return 0;
  }
}

/** Wire type of one unpacked value (Protocol Buffers encoding, "Message structure"). */
export function wireTypeOf(type: ScalarType): WireType {
  switch (type) {
    case ScalarType.DOUBLE:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return WireType.Bit64;
    case ScalarType.FLOAT:
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32:
      return WireType.Bit32;
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return WireType.LengthDelimited;
    default:
      return WireType.Varint;
  }
}

type Method = (writer: BinaryWriter, value: never) => BinaryWriter;

const writers: Readonly<Record<ScalarType, Method>> = {
  [ScalarType.DOUBLE]: (writer, value: number) => writer.double(value),
  [ScalarType.FLOAT]: (writer, value: number) => writer.float(value),
  [ScalarType.INT64]: (writer, value: bigint) => writer.int64(value),
  [ScalarType.UINT64]: (writer, value: bigint) => writer.uint64(value),
  [ScalarType.INT32]: (writer, value: number) => writer.int32(value),
  [ScalarType.FIXED64]: (writer, value: bigint) => writer.fixed64(value),
  [ScalarType.FIXED32]: (writer, value: number) => writer.fixed32(value),
  [ScalarType.BOOL]: (writer, value: boolean) => writer.bool(value),
  [ScalarType.STRING]: (writer, value: string) => writer.string(value),
  [ScalarType.BYTES]: (writer, value: Uint8Array) => writer.bytes(value),
  [ScalarType.UINT32]: (writer, value: number) => writer.uint32(value),
  [ScalarType.SFIXED32]: (writer, value: number) => writer.sfixed32(value),
  [ScalarType.SFIXED64]: (writer, value: bigint) => writer.sfixed64(value),
  [ScalarType.SINT32]: (writer, value: number) => writer.sint32(value),
  [ScalarType.SINT64]: (writer, value: bigint) => writer.sint64(value),
};

/** Writes one value without its tag. The value must come from this file's parsers for the same type. */
export function writeScalar(writer: BinaryWriter, type: ScalarType, value: Scalar): void {
  writers[type](writer, value as never);
}

const readers: Readonly<Record<ScalarType, (reader: BinaryReader) => Scalar>> = {
  [ScalarType.DOUBLE]: (reader) => reader.double(),
  [ScalarType.FLOAT]: (reader) => reader.float(),
  [ScalarType.INT64]: (reader) => BigInt(reader.int64()),
  [ScalarType.UINT64]: (reader) => BigInt(reader.uint64()),
  [ScalarType.INT32]: (reader) => reader.int32(),
  [ScalarType.FIXED64]: (reader) => BigInt(reader.fixed64()),
  [ScalarType.FIXED32]: (reader) => reader.fixed32(),
  [ScalarType.BOOL]: (reader) => reader.bool(),
  [ScalarType.STRING]: (reader) => reader.string(true),
  [ScalarType.BYTES]: (reader) => reader.bytes(),
  [ScalarType.UINT32]: (reader) => reader.uint32(),
  [ScalarType.SFIXED32]: (reader) => reader.sfixed32(),
  [ScalarType.SFIXED64]: (reader) => BigInt(reader.sfixed64()),
  [ScalarType.SINT32]: (reader) => reader.sint32(),
  [ScalarType.SINT64]: (reader) => BigInt(reader.sint64()),
};

/** Reads one value without its tag; throws on invalid UTF-8 (also in proto2) and premature ends. */
export function readScalar(reader: BinaryReader, type: ScalarType): Scalar {
  const value = readers[type](reader);
  if (reader.pos > reader.len) {
    throw new RangeError('premature end of a value');
  }
  return value;
}

/** Scalar → ProtoJSON text: 64-bit integers and bytes quoted, floats with as few digits as identify them. */
export function printScalar(type: ScalarType, value: Scalar): string {
  switch (typeof value) {
    case 'bigint':
      return `"${value}"`;
    case 'boolean':
      return value ? 'true' : 'false';
    case 'string':
      return JSON.stringify(value);
    case 'number':
      return printNumber(type, value);
    default:
      return `"${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')}"`;
  }
}

function printNumber(type: ScalarType, value: number): string {
  if (!Number.isFinite(value)) {
    return `"${value}"`;
  }
  if (Object.is(value, -0)) {
    return '-0';
  }
  return String(type === ScalarType.FLOAT ? shortestFloat(value) : value);
}

/** 0.10000000149011612 → 0.1: the fewest decimals that are read back as the same float. */
export function shortestFloat(value: number): number {
  const magnitude = Math.abs(value);
  if ((magnitude < 2 ** 24 && value === Math.trunc(value)) || !Number.isFinite(value)) {
    return value;
  }
  if (magnitude >= 1e-4 && magnitude < 1e7) {
    // m / 10^n is correctly rounded as long as both are exact, and so is the decimal that it prints.
    for (let power = 10; power <= 1e11; power *= 10) {
      const rounded = Math.floor(magnitude * power + 0.5) / power;
      if (Math.fround(rounded) === magnitude) {
        return value < 0 ? -rounded : rounded;
      }
    }
  }
  for (let digits = 6; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) {
      return rounded;
    }
  }
  return Number(value.toPrecision(9));
}
