/** JSON as it is built here; a member that is undefined is left out of what is printed. */
export type Json = string | number | boolean | null | undefined | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [name: string]: Json;
}

/** Whether a value is an object, and no array. */
export function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The elements of an array; none where it is no array. */
export function listOf(value: Json): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

/** An object, or an empty one where it is none. */
export function objectOf(value: Json): JsonObject {
  return isObject(value) ? value : {};
}

/** Without the members that are undefined, at the top only. */
export function compact(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
