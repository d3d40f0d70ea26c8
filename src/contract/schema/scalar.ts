import { ScalarType } from '../../descriptor/index.js';
import type { JsonObject } from '../json.js';

const int32: JsonObject = { type: 'integer', format: 'int32' };
const uint32: JsonObject = { type: 'integer', format: 'uint32', minimum: 0 };
// A number would lose digits in most readers of JSON, so ProtoJSON writes a string.
const int64: JsonObject = { type: 'string', format: 'int64', pattern: '^-?[0-9]{1,19}$' };
const uint64: JsonObject = { type: 'string', format: 'uint64', pattern: '^[0-9]{1,20}$' };
const notFinite: JsonObject = { type: 'string', enum: ['NaN', 'Infinity', '-Infinity'] };
const real = (format: string): JsonObject => ({ anyOf: [{ type: 'number', format }, notFinite] });

const schemas: Readonly<Record<ScalarType, JsonObject>> = {
  [ScalarType.DOUBLE]: real('double'),
  [ScalarType.FLOAT]: real('float'),
  [ScalarType.INT64]: int64,
  [ScalarType.SINT64]: int64,
  [ScalarType.SFIXED64]: int64,
  [ScalarType.UINT64]: uint64,
  [ScalarType.FIXED64]: uint64,
  [ScalarType.INT32]: int32,
  [ScalarType.SINT32]: int32,
  [ScalarType.SFIXED32]: int32,
  [ScalarType.UINT32]: uint32,
  [ScalarType.FIXED32]: uint32,
  [ScalarType.BOOL]: { type: 'boolean' },
  [ScalarType.STRING]: { type: 'string' },
  [ScalarType.BYTES]: { type: 'string', contentEncoding: 'base64' },
};

/** A scalar as ProtoJSON prints it. */
export function scalarSchema(type: ScalarType): JsonObject {
  return schemas[type];
}

/** Names of map members: JSON has string keys only. Undefined where any text is one. */
export function mapKeySchema(type: ScalarType): JsonObject | undefined {
  if (type === ScalarType.STRING) return undefined;
  if (type === ScalarType.BOOL) return { enum: ['true', 'false'] };
  const { minimum, pattern } = schemas[type];
  const isUnsigned = minimum === 0 || pattern === uint64['pattern'];
  return { pattern: isUnsigned ? '^[0-9]+$' : '^-?[0-9]+$' };
}
