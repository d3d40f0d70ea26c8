import { type TextField, type TextMapField, textField, textMapField } from '../codec/index.js';
import type { DescField, DescMessage } from '../descriptor/index.js';

type Problem = { readonly problem: string };

/**
 * Names and text forms of fields, made on first use and kept for one surface. Bounded by the
 * schema: nothing in here is keyed by what clients send.
 */
export interface FieldNames {
  /** Fields of a message by JSON name, then by proto name. */
  of(message: DescMessage): ReadonlyMap<string, DescField>;
  /** The name in the JSON of this API, for people. */
  shown(field: DescField): string;
  text(field: DescField): TextField | Problem;
  mapText(field: DescField): TextMapField | Problem;
}

/** One per surface. */
export function createFieldNames(): FieldNames {
  return {
    of: memo((message: DescMessage) => {
      const names = new Map(message.fields.map((field) => [field.name, field]));
      // JSON names come last, so that they win where one is also another field's proto name.
      for (const field of message.fields) {
        names.set(field.jsonName, field);
      }
      return names;
    }),
    shown: (field) => field.jsonName,
    text: memo(textField),
    mapText: memo(textMapField),
  };
}

/** The same, for methods whose JSON has proto names. */
export function inProtoNames(names: FieldNames): FieldNames {
  return { ...names, shown: (field) => field.name };
}

function memo<K, V extends object>(make: (key: K) => V): (key: K) => V {
  const made = new Map<K, V>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) {
      return known;
    }
    const value = make(key);
    made.set(key, value);
    return value;
  };
}
