import { isObject, type Json, type JsonObject } from '../json.js';

/** Resolves `#/components/schemas/NAME`. */
export type SchemaOf = (name: string) => Json;

/** Deeper than this only what is required is shown. */
const depthMax = 1;
/** Of an object that requires nothing so many members are shown. */
const membersMax = 3;

/** A value that fits a schema: what must be there, and of the rest enough to see what is meant. */
export function exampleOf(schema: Json, schemaOf: SchemaOf, depth = 0): Json {
  if (!isObject(schema)) return null;
  const { $ref, examples, default: standard, const: only, enum: values, anyOf, allOf, type } = schema;
  if (typeof $ref === 'string') return exampleOf(schemaOf($ref.replace(/^.*\//, '')), schemaOf, depth);
  const [example] = Array.isArray(examples) ? examples : [];
  const given = example ?? standard ?? only;
  if (given !== undefined) return given;
  if (Array.isArray(values)) return values[1] ?? values[0];
  const inner = [anyOf, allOf].find(Array.isArray)?.find((one: Json) => !isNull(one));
  if (inner !== undefined && type === undefined) return exampleOf(inner, schemaOf, depth);
  switch (Array.isArray(type) ? type.find((one: Json) => one !== 'null') : type) {
    case 'object':
      return exampleObject(schema, schemaOf, depth);
    case 'array':
      return [exampleOf(schema['items'], schemaOf, depth)];
    case 'boolean':
      return true;
    case 'integer':
    case 'number':
      return exampleNumber(schema);
    case 'string':
      return exampleText(schema);
    default:
      return {};
  }
}

function isNull(schema: Json): boolean {
  return isObject(schema) && schema['type'] === 'null';
}

function exampleObject(schema: JsonObject, schemaOf: SchemaOf, depth: number): JsonObject {
  const { properties, required, not } = schema;
  const needed = Array.isArray(required) ? required : [];
  const all = Object.entries(isObject(properties) ? properties : {}).filter(
    ([, property]) =>
      !isObject(property) || (property['readOnly'] !== true && property['deprecated'] !== true),
  );
  const chosen = all.filter(([name]) => needed.includes(name));
  for (const member of all) {
    const [name, property] = member;
    if (needed.length > 0 || depth >= depthMax || chosen.length >= membersMax) break;
    // Of a oneof one member, and of names the server's own none.
    const isAlone = !chosen.some(([other]) => excludes(not, other, name));
    if (isAlone && isScalar(property) && name !== 'name' && name !== 'etag') chosen.push(member);
  }
  return Object.fromEntries(
    chosen.map(([name, property]) => [name, exampleOf(property, schemaOf, depth + 1)]),
  );
}

/** Whether two members may not stand together: `not: {anyOf: [{required: [a, b]}]}`, or without `anyOf`. */
function excludes(not: Json, one: string, other: string): boolean {
  if (!isObject(not)) return false;
  const { anyOf } = not;
  const rules = Array.isArray(anyOf) ? anyOf : [not];
  return rules.some((rule: Json) => {
    const names = isObject(rule) ? rule['required'] : undefined;
    return Array.isArray(names) && names.includes(one) && names.includes(other);
  });
}

function isScalar(schema: Json): boolean {
  if (!isObject(schema)) return false;
  const { type } = schema;
  const known: readonly Json[] = Array.isArray(type) ? type : [type];
  return known.some((one) => one === 'string' || one === 'integer' || one === 'number' || one === 'boolean');
}

function exampleNumber({ minimum, exclusiveMinimum, maximum }: JsonObject): number {
  if (typeof minimum === 'number') return minimum;
  if (typeof exclusiveMinimum === 'number') return exclusiveMinimum + 1;
  return typeof maximum === 'number' && maximum < 1 ? maximum : 1;
}

const formats: Readonly<Record<string, string>> = {
  'date-time': '2026-01-31T12:00:00Z',
  date: '2026-01-31',
  int64: '1',
  uint64: '1',
  email: 'ann@example.com',
  uuid: '123e4567-e89b-42d3-a456-426614174000',
  uri: 'https://example.com',
  hostname: 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  byte: 'aGVsbG8=',
};

/** Texts that are often wanted; the first that fits a pattern is taken. */
const candidates = ['text', '1', '1s', 'EUR', 'DE', 'name', 'aGVsbG8=', '12345678'];

function exampleText({ format, pattern, minLength, contentEncoding }: JsonObject): string {
  if (contentEncoding === 'base64') return 'aGVsbG8=';
  if (typeof format === 'string' && formats[format] !== undefined) return formats[format];
  const resource = typeof pattern === 'string' ? resourceName(pattern) : undefined;
  if (resource !== undefined) return resource;
  const regex = typeof pattern === 'string' ? new RegExp(pattern, 'u') : /^/;
  const length = typeof minLength === 'number' ? minLength : 0;
  return candidates.find((text) => text.length >= length && regex.test(text)) ?? 'text';
}

/** "^(orders/[^/]+)?$" → "orders/1": the first of the names, where the pattern is one of names. */
function resourceName(pattern: string): string | undefined {
  const [first = ''] = pattern
    .replace(/^\^\(?/, '')
    .replace(/\)?\??\$$/, '')
    .split('|');
  const name = first.replaceAll('[^/]+', '1').replaceAll('\\', '');
  return /^[\w-]+\/1(\/[\w-]+\/1)*$/.test(name) ? name : undefined;
}
