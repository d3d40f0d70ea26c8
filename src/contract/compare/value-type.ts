import { type DescField, type DescMessage, ScalarType } from '../../descriptor/index.js';
import { wrappedScalar } from '../schema/well-known.js';

/** What a value is in JSON, as far as clients can tell; `object` is a message that is its fields. */
export type ValueKind =
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'float'
  | 'double'
  | 'bool'
  | 'string'
  | 'bytes'
  | 'enum'
  | 'null'
  | 'timestamp'
  | 'duration'
  | 'field mask'
  | 'any'
  | 'struct'
  | 'value'
  | 'list of values'
  | 'object';

/** One value: of a singular field, an element of a list, a value of a map. */
export interface ValueType {
  readonly kind: ValueKind;
  /** Stands in a wrapper message, so that it can be `null`. */
  readonly isWrapped: boolean;
}

const scalars: Readonly<Record<ScalarType, ValueKind>> = {
  [ScalarType.DOUBLE]: 'double',
  [ScalarType.FLOAT]: 'float',
  [ScalarType.INT64]: 'int64',
  [ScalarType.SINT64]: 'int64',
  [ScalarType.SFIXED64]: 'int64',
  [ScalarType.UINT64]: 'uint64',
  [ScalarType.FIXED64]: 'uint64',
  [ScalarType.INT32]: 'int32',
  [ScalarType.SINT32]: 'int32',
  [ScalarType.SFIXED32]: 'int32',
  [ScalarType.UINT32]: 'uint32',
  [ScalarType.FIXED32]: 'uint32',
  [ScalarType.BOOL]: 'bool',
  [ScalarType.STRING]: 'string',
  [ScalarType.BYTES]: 'bytes',
};

const messages: Readonly<Record<string, ValueKind>> = {
  'google.protobuf.Timestamp': 'timestamp',
  'google.protobuf.Duration': 'duration',
  'google.protobuf.FieldMask': 'field mask',
  'google.protobuf.Any': 'any',
  'google.protobuf.Struct': 'struct',
  'google.protobuf.Value': 'value',
  'google.protobuf.ListValue': 'list of values',
};

/** The kind of a scalar, such as the key of a map. */
export function kindOfScalar(scalar: ScalarType): ValueKind {
  return scalars[scalar];
}

export function typeOfMessage({ typeName }: DescMessage): ValueType {
  const scalar = wrappedScalar(typeName);
  if (scalar !== undefined) return { kind: scalars[scalar], isWrapped: true };
  return { kind: messages[typeName] ?? 'object', isWrapped: false };
}

/** The type of a field's value, or of one element of it. */
export function typeOf(field: DescField): ValueType {
  if (field.message !== undefined) return typeOfMessage(field.message);
  if (field.enum !== undefined) {
    const isNull = field.enum.typeName === 'google.protobuf.NullValue';
    return { kind: isNull ? 'null' : 'enum', isWrapped: false };
  }
  return { kind: field.scalar === undefined ? 'object' : scalars[field.scalar], isWrapped: false };
}

/** How many values: one, a list, or a map. */
export type Cardinality = 'one' | 'list' | 'map';

export function cardinalityOf({ fieldKind }: DescField): Cardinality {
  return fieldKind === 'list' || fieldKind === 'map' ? fieldKind : 'one';
}

/** The type for people: "repeated int32", "map<string, t.v1.Part>", "google.protobuf.StringValue". */
export function typeText(field: DescField): string {
  const scalar = field.scalar === undefined ? undefined : ScalarType[field.scalar].toLowerCase();
  const one = field.message?.typeName ?? field.enum?.typeName ?? scalar ?? '';
  if (field.fieldKind === 'list') return `repeated ${one}`;
  return field.fieldKind === 'map' ? `map<${ScalarType[field.mapKey].toLowerCase()}, ${one}>` : one;
}
