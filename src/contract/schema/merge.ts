import { compact, type Json, type JsonObject } from '../json.js';

/**
 * Keywords of rules over the schema of a type: a bound within a choice (a float, which may be "NaN") goes to the
 * number, and a choice of values replaces the looser ones of the type.
 */
export function restricted(schema: JsonObject, keywords: JsonObject): JsonObject {
  const { const: only, enum: some, ...rest } = keywords;
  const { anyOf } = schema;
  if (Object.keys(keywords).length === 0) return schema;
  if (Array.isArray(anyOf) && schema['type'] === undefined) {
    const [first, ...others]: readonly Json[] = anyOf;
    const number =
      typeof first === 'object' && first !== null && !Array.isArray(first) ? (first as JsonObject) : {};
    if (keywords['type'] !== undefined || only !== undefined || some !== undefined)
      return { ...number, ...keywords };
    return { ...schema, anyOf: [{ ...number, ...rest }, ...others] };
  }
  return compact({ ...schema, ...keywords });
}
