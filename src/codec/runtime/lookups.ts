import type { DescEnum, DescField, DescMessage } from '@bufbuild/protobuf';

/**
 * Tables of descriptors, each built once: a body may hold a million messages of a wide type, or
 * a million names of a long enum.
 */
export interface Lookups {
  /** Fields by both names. Where one field's JSON name is another's proto name, the JSON name has it. */
  byName(message: DescMessage): ReadonlyMap<string, DescField>;
  byNumber(message: DescMessage): ReadonlyMap<number, DescField>;
  /** Numbers by both names. Where a custom JSON name is another value's proto name, the proto name has it. */
  enumNumbers(desc: DescEnum): ReadonlyMap<string, number>;
}

/** Lookups that are remembered as long as the result and the descriptor live. */
export function createLookups(): Lookups {
  return {
    byName: remember((message) => {
      const proto = message.fields.map((field) => [field.name, field] as const);
      return new Map([...proto, ...message.fields.map((field) => [field.jsonName, field] as const)]);
    }),
    byNumber: remember((message) => new Map(message.fields.map((field) => [field.number, field]))),
    enumNumbers: remember((desc) => {
      const custom = desc.values.map((value) => [value.jsonName, value.number] as const);
      return new Map([...custom, ...desc.values.map((value) => [value.name, value.number] as const)]);
    }),
  };
}

function remember<Key extends object, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const made = new WeakMap<Key, { readonly value: Value }>();
  return (key) => {
    const known = made.get(key) ?? { value: make(key) };
    made.set(key, known);
    return known.value;
  };
}
