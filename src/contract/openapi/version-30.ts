import type { Steps } from '../../steps.js';
import { isObject, type Json, type JsonObject } from '../json.js';

/** Members whose values are data of users, whatever they look like. */
const dataMembers: ReadonlySet<string> = new Set([
  'enum',
  'default',
  'example',
  'examples',
  'const',
  'mapping',
]);
/** Members whose members have names of users. */
const mapMembers: ReadonlySet<string> = new Set([
  'properties',
  'schemas',
  'responses',
  'parameters',
  'headers',
  'content',
  'paths',
  'securitySchemes',
]);

/** Types of security schemes that know scopes in 3.0. */
const scoped: ReadonlySet<Json> = new Set<Json>(['oauth2', 'openIdConnect']);

/**
 * A document of 3.1 as one of 3.0, whose schemas know less: what 3.0 has no word for is left out. A step for each path
 * and each schema.
 */
export function* version30Steps(document: JsonObject): Steps<JsonObject> {
  const { components, paths } = document;
  const { securitySchemes: schemes } = isObject(components) ? components : {};
  const named = isObject(schemes) ? Object.entries(schemes) : [];
  const isScoped = new Set(
    named.flatMap(([name, one]) => (isObject(one) && scoped.has(one['type']) ? [name] : [])),
  );
  const { schemas } = isObject(components) ? components : {};
  const rest = {
    ...document,
    paths: {},
    components: isObject(components) ? { ...components, schemas: undefined } : undefined,
  };
  const made = convert(withoutScopes(rest, isScoped));
  const { components: madeComponents } = made;
  const madePaths = yield* eachObject(paths, (item) => convert(withoutScopes(item, isScoped)));
  const madeSchemas = yield* eachObject(schemas, convert);
  return {
    ...made,
    openapi: '3.0.3',
    paths: madePaths,
    components: isObject(madeComponents) ? { ...madeComponents, schemas: madeSchemas } : undefined,
  };
}

function* eachObject(object: Json, change: (value: JsonObject) => JsonObject): Steps<Json> {
  if (!isObject(object)) return object;
  const members: [string, Json][] = [];
  for (const [name, value] of Object.entries(object)) {
    yield;
    members.push([name, isObject(value) ? change(value) : value]);
  }
  return Object.fromEntries(members);
}

/** Scopes of schemes that have none in 3.0 are said in the descriptions alone. */
function withoutScopes(object: JsonObject, isScoped: ReadonlySet<string>): JsonObject {
  const members = Object.entries(object).map(([name, value]): [string, Json] => {
    if (name === 'paths' && isObject(value))
      return [name, mapObjects(value, (item) => withoutScopes(item, isScoped))];
    if (name === 'security' && Array.isArray(value)) {
      const emptied = value.map((one: Json) =>
        isObject(one)
          ? Object.fromEntries(Object.entries(one).map(([key, set]) => [key, isScoped.has(key) ? set : []]))
          : one,
      );
      const texts = emptied.map((one) => JSON.stringify(one));
      return [name, emptied.filter((_, index) => texts.indexOf(texts[index] ?? '') === index)];
    }
    const isOperation =
      isObject(value) && value['responses'] !== undefined && value['operationId'] !== undefined;
    return [name, isOperation ? withoutScopes(value, isScoped) : value];
  });
  return Object.fromEntries(members);
}

function mapObjects(object: JsonObject, change: (value: JsonObject) => JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [key, isObject(value) ? change(value) : value]),
  );
}

function convert(object: JsonObject): JsonObject {
  const members = Object.entries(object).map(([name, value]): [string, Json] => [
    name,
    convertMember(name, value),
  ]);
  return schemaRules(Object.fromEntries(members));
}

function convertMember(name: string, value: Json): Json {
  if (Array.isArray(value)) {
    return dataMembers.has(name) ? value : value.map((item: Json) => (isObject(item) ? convert(item) : item));
  }
  if (!isObject(value) || dataMembers.has(name)) return value;
  if (name === 'security') return value;
  return mapMembers.has(name) ? mapObjects(value, convert) : convert(value);
}

/** What is written otherwise in 3.0; of objects that are no schemas none of it is there. */
function schemaRules(schema: JsonObject): JsonObject {
  const { $ref, const: only, contentEncoding, propertyNames: _, examples, ...rest } = schema;
  let result: JsonObject = rest;
  if (rest['type'] === 'mutualTLS') result = { ...rest, type: 'http', scheme: 'mutual' };
  if (only !== undefined) result = { enum: [only], ...result };
  if (contentEncoding === 'base64') result = { ...result, format: 'byte' };
  if (Array.isArray(examples)) result = { ...result, example: examples[0] };
  else if (examples !== undefined) result = { ...result, examples };
  result = withoutNull(withBooleanBounds(result));
  if ($ref === undefined) return result;
  // Beside a reference 3.0 reads nothing.
  return Object.keys(result).length === 0 ? { $ref } : { allOf: [{ $ref }], ...result };
}

function withBooleanBounds({ exclusiveMinimum, exclusiveMaximum, ...schema }: JsonObject): JsonObject {
  return {
    ...schema,
    ...(exclusiveMinimum === undefined ? {} : { minimum: exclusiveMinimum, exclusiveMinimum: true }),
    ...(exclusiveMaximum === undefined ? {} : { maximum: exclusiveMaximum, exclusiveMaximum: true }),
  };
}

/** `null` is no type of 3.0, but a property of other types. */
function withoutNull(schema: JsonObject): JsonObject {
  const { type, anyOf, ...rest } = schema;
  if (type === 'null') return { ...rest, nullable: true, enum: [null] };
  if (Array.isArray(type)) {
    return { type: type.find((one: Json) => one !== 'null'), ...rest, nullable: true };
  }
  if (Array.isArray(anyOf)) {
    const others = anyOf.filter((one: Json) => !isNull(one));
    if (others.length < anyOf.length) {
      return others.length === 1
        ? { allOf: others, ...rest, nullable: true }
        : { anyOf: others, ...rest, nullable: true };
    }
  }
  return schema;
}

/** `{"type":"null"}`, converted already. */
function isNull(schema: Json): boolean {
  if (!isObject(schema)) return false;
  const { enum: values } = schema;
  return Array.isArray(values) && values.length === 1 && values[0] === null;
}
