import { isObject, type Json, type JsonObject, listOf, objectOf } from '../json.js';
import { refName } from './reference.js';

type Schemas = Readonly<Record<string, JsonObject>>;

/** Texts that fit what schemas ask of texts, the plainest first. */
const texts = [
  'string',
  '1',
  '1s',
  '2026-01-31T12:00:00Z',
  'a',
  'ab',
  'abc',
  'A',
  'AB',
  'ABC',
  '0000',
  '2026-01-31',
  'someone@example.com',
  'https://example.com/',
  'example.com',
  '192.0.2.1',
  '2001:db8::1',
  '00000000-0000-4000-8000-000000000000',
  'AA==',
];

const ofFormat: Readonly<Record<string, string>> = {
  'date-time': '2026-01-31T12:00:00Z',
  date: '2026-01-31',
  email: 'someone@example.com',
  uri: 'https://example.com/',
  'uri-reference': 'https://example.com/',
  hostname: 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uuid: '00000000-0000-4000-8000-000000000000',
  int64: '1',
  uint64: '1',
  byte: 'AA==',
};

/**
 * A value to send where a schema stands: its examples, else the least that it asks for. Of an object that is what
 * is required and what has an example; of a oneof, one.
 */
export function sampleOf(schema: JsonObject, schemas: Schemas): Json {
  return sample(schema, schemas, new Set());
}

function sample(schema: JsonObject, schemas: Schemas, within: ReadonlySet<string>): Json {
  const [example] = listOf(schema['examples']);
  const given = example ?? schema['example'] ?? schema['const'] ?? schema['default'];
  if (given !== undefined) return given;
  const name = refName(schema);
  if (name !== undefined) {
    // A message within itself ends here.
    if (within.has(name)) return {};
    return sample(objectOf(schemas[name]), schemas, new Set([...within, name]));
  }
  const values = listOf(schema['enum']);
  if (values.length > 0) return values.find((value) => !isUnspecified(value)) ?? values[0];
  const [first] = [...listOf(schema['anyOf']), ...listOf(schema['oneOf'])];
  if (isObject(first)) return sample(first, schemas, within);
  switch (listOf(schema['type'])[0] ?? schema['type']) {
    case 'object':
      return objectSample(schema, schemas, within);
    case 'array': {
      const { items, minItems } = schema;
      if (minItems === undefined && within.size > depthMax) return [];
      return isObject(items) ? [sample(items, schemas, within)] : [];
    }
    case 'string':
      return textSample(schema);
    case 'integer':
    case 'number':
      return numberSample(schema);
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return {};
  }
}

/** So deep samples of lists go that nobody asked for. */
const depthMax = 4;

const isUnspecified = (value: Json): boolean => value === 0 || /(^|_)UNSPECIFIED$/.test(String(value));

function objectSample(schema: JsonObject, schemas: Schemas, within: ReadonlySet<string>): JsonObject {
  const properties = Object.entries(objectOf(schema['properties'])).map(
    ([name, property]): [string, JsonObject] => [name, objectOf(property)],
  );
  const required = new Set(listOf(schema['required']));
  const chosen = new Map<string, JsonObject>();
  for (const [name, property] of properties) {
    if (property['readOnly'] === true) continue;
    const isWanted = required.has(name) || listOf(property['examples']).length > 0;
    if (isWanted && !excludes(schema, [...chosen.keys(), name])) chosen.set(name, property);
  }
  return Object.fromEntries([...chosen].map(([name, property]) => [name, sample(property, schemas, within)]));
}

/** Whether a oneof of the schema forbids one of these names beside the others. */
function excludes(schema: JsonObject, names: readonly string[]): boolean {
  const constraints = [schema, ...listOf(schema['allOf']).map(objectOf)];
  return constraints.some((one) => {
    const not = objectOf(one['not']);
    const pairs = [not, ...listOf(not['anyOf']).map(objectOf)].map(({ required }) => listOf(required));
    const choice = listOf(objectOf(not['not'])['oneOf']).map((each) => listOf(objectOf(each)['required'])[0]);
    return (
      pairs.some((pair) => pair.length > 1 && pair.every((name) => names.some((own) => own === name))) ||
      names.filter((name) => choice.includes(name)).length > 1
    );
  });
}

function textSample({ format, pattern, minLength, maxLength, contentEncoding }: JsonObject): string {
  if (typeof format === 'string' && ofFormat[format] !== undefined) return ofFormat[format];
  if (contentEncoding === 'base64') return 'AA==';
  const expression = typeof pattern === 'string' ? expressionOf(pattern) : undefined;
  const [least, most] = [Number(minLength ?? 0), Number(maxLength ?? Number.POSITIVE_INFINITY)];
  const resource = typeof pattern === 'string' ? resourceName(pattern) : undefined;
  const fits = (text: string): boolean =>
    text.length >= least && text.length <= most && (expression?.test(text) ?? true);
  const found = [...(resource === undefined ? [] : [resource]), ...texts].find(fits);
  return found ?? 'x'.repeat(Math.min(Math.max(least, 1), longMax));
}

const longMax = 1_000;

/** "^(brands/[^/]+)?$" → "brands/brand" */
function resourceName(pattern: string): string | undefined {
  const [, first] = /^\^\(([\w/^[\]+.-]+)(?:\|.*)?\)\?\$$/.exec(pattern) ?? [];
  return first?.replace(/(\w+)\/\[\^\/\]\+/g, (_, name: string) => `${name}/${name.replace(/s$/, '')}`);
}

function expressionOf(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern, 'u');
  } catch {
    return undefined;
  }
}

function numberSample({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonObject): number {
  const least = numbers([minimum, exclusiveMinimum]).at(0) ?? 1;
  const isAbove = exclusiveMinimum !== undefined;
  const most = numbers([maximum, exclusiveMaximum]).at(0) ?? Number.POSITIVE_INFINITY;
  const wanted = Math.max(1, isAbove ? least + 1 : least);
  return wanted <= most ? wanted : isAbove ? (least + most) / 2 : least;
}

function numbers(values: readonly Json[]): number[] {
  return values.filter((value) => typeof value === 'number');
}
