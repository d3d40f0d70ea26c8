import { ScalarType } from '../../descriptor/index.js';
import type { Json, JsonObject } from '../json.js';
import { scalarSchema } from './scalar.js';

/** A message that wraps a scalar, so that it can be absent. */
const wrapped: Readonly<Record<string, ScalarType>> = {
  'google.protobuf.DoubleValue': ScalarType.DOUBLE,
  'google.protobuf.FloatValue': ScalarType.FLOAT,
  'google.protobuf.Int64Value': ScalarType.INT64,
  'google.protobuf.UInt64Value': ScalarType.UINT64,
  'google.protobuf.Int32Value': ScalarType.INT32,
  'google.protobuf.UInt32Value': ScalarType.UINT32,
  'google.protobuf.BoolValue': ScalarType.BOOL,
  'google.protobuf.StringValue': ScalarType.STRING,
  'google.protobuf.BytesValue': ScalarType.BYTES,
};

const schemas: Readonly<Record<string, JsonObject>> = {
  'google.protobuf.Timestamp': { type: 'string', format: 'date-time' },
  'google.protobuf.Duration': {
    type: 'string',
    pattern: '^-?[0-9]{1,12}(\\.[0-9]{1,9})?s$',
    description: 'Seconds, with up to nine fractional digits: `1.5s`.',
  },
  'google.protobuf.FieldMask': {
    type: 'string',
    description: 'Paths of fields, with commas between them: `title,author.name`.',
  },
  'google.protobuf.Struct': { type: 'object', additionalProperties: true },
  'google.protobuf.Value': { description: 'Any JSON value.' },
  'google.protobuf.ListValue': { type: 'array', items: {} },
  'google.protobuf.Empty': { type: 'object' },
  'google.protobuf.Any': {
    type: 'object',
    properties: {
      '@type': {
        type: 'string',
        description: 'The type of the message: `type.googleapis.com/` and its full name.',
      },
    },
    additionalProperties: true,
    description: 'A message of the type that `@type` names, with its fields beside it.',
  },
};

/** The scalar in a wrapper message; undefined for other messages. */
export function wrappedScalar(typeName: string): ScalarType | undefined {
  return wrapped[typeName];
}

/** Messages with a JSON form of their own (ProtoJSON); undefined for those that are objects of their fields. */
export function wellKnownSchema(typeName: string): JsonObject | undefined {
  const scalar = wrapped[typeName];
  return scalar === undefined ? schemas[typeName] : scalarSchema(scalar);
}

const nullSchema: JsonObject = { type: 'null' };

/** The same, or `null`: a field that is absent may be written so. */
export function nullable(schema: JsonObject): JsonObject {
  const { type, enum: values, anyOf } = schema;
  if (typeof type === 'string' && values === undefined) return { ...schema, type: [type, 'null'] };
  const isChoice = Array.isArray(anyOf) && Object.keys(schema).length === 1;
  return { anyOf: [...(isChoice ? anyOf : [schema]), nullSchema] };
}

/** The same without `null`: nothing in a URL can be it. */
export function notNull(schema: JsonObject): JsonObject {
  const { type, anyOf } = schema;
  if (Array.isArray(type)) return { ...schema, type: type[0] };
  return Array.isArray(anyOf)
    ? { ...schema, anyOf: anyOf.filter((one: Json) => one !== nullSchema) }
    : schema;
}
