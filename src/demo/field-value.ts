import {
  isReflectList,
  isReflectMap,
  isReflectMessage,
  type ReflectMessage,
} from '@bufbuild/protobuf/reflect';
import { FeatureSet_FieldPresence } from '@bufbuild/protobuf/wkt';
import type { DescField, FieldPath } from '../descriptor/index.js';

/** What filters and orders compare. */
export type Comparable = string | number | bigint | boolean;

/**
 * The values at a path, each in a form that `<` orders: enums by name, Timestamp, Duration and Money as a count of
 * nanos, wrappers as what they wrap; of lists the items, of maps the keys. Empty where nothing is set.
 */
export function valuesAt(message: ReflectMessage, path: FieldPath): Comparable[] {
  let owner = message;
  for (const field of path.fields.slice(0, -1)) {
    if (field.fieldKind !== 'message' || !owner.isSet(field)) return [];
    owner = owner.get(field);
  }
  const { leaf } = path;
  if (
    leaf.presence !== FeatureSet_FieldPresence.IMPLICIT &&
    leaf.fieldKind !== 'list' &&
    leaf.fieldKind !== 'map' &&
    !owner.isSet(leaf)
  )
    return [];
  const value: unknown = owner.get(leaf);
  if (isReflectList(value)) return [...value].flatMap((item) => comparable(leaf, item));
  if (isReflectMap(value)) return [...value.keys()].flatMap((key) => comparable(leaf, key));
  return comparable(leaf, value);
}

function comparable(field: DescField, value: unknown): Comparable[] {
  const numbers = field.enum?.value;
  if (numbers !== undefined && typeof value === 'number') return [numbers[value]?.name ?? value];
  if (isReflectMessage(value)) return messageValue(value);
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'bigint':
    case 'boolean':
      return [value];
    default:
      return [];
  }
}

function messageValue(value: ReflectMessage): Comparable[] {
  const read = (name: string): unknown => {
    const field = value.fields.find((candidate) => candidate.name === name);
    return field === undefined ? undefined : value.get(field);
  };
  const integer = (name: string): bigint => BigInt(String(read(name) ?? 0));
  const { typeName } = value.desc;
  switch (typeName) {
    case 'google.protobuf.Timestamp':
    case 'google.protobuf.Duration':
      return [integer('seconds') * 1_000_000_000n + integer('nanos')];
    case 'google.type.Money':
      return [integer('units') * 1_000_000_000n + integer('nanos')];
    default: {
      const [only] = value.fields;
      return typeName.startsWith('google.protobuf.') && typeName.endsWith('Value') && only?.name === 'value'
        ? comparable(only, value.get(only))
        : [];
    }
  }
}
