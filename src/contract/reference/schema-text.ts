import { isObject, type Json, type JsonObject, listOf, objectOf } from '../json.js';
import { codeCell } from './markdown-text.js';
import { refName } from './reference.js';

/** "shop.orders.v1.Order.State" → "schema-shop.orders.v1.order.state" */
export function schemaAnchor(name: string): string {
  return `schema-${name.toLowerCase().replace(/[^\w.-]/g, '-')}`;
}

/** "shop.orders.v1.Order.State" → "Order.State" */
export function shortName(name: string): string {
  return name.replace(/^(?:[a-z0-9_]+\.)+(?=\w)/, '');
}

/** A schema in a few words of Markdown, for a cell of a table: "list of [Order](#…)". */
export function typeText(schema: JsonObject): string {
  const name = refName(schema);
  if (name !== undefined) return `[${codeCell(shortName(name))}](#${schemaAnchor(name)})`;
  const values = listOf(schema['enum']);
  if (values.length > 0) return values.map((value) => codeCell(String(value))).join(', ');
  if (schema['const'] !== undefined) return codeCell(JSON.stringify(schema['const']));
  const choices = [...listOf(schema['anyOf']), ...listOf(schema['oneOf'])];
  if (choices.length > 0) return choices.map((one) => typeText(objectOf(one))).join(' or ');
  const { type } = schema;
  if (Array.isArray(type)) return type.map((one: Json) => typeText({ ...schema, type: one })).join(' or ');
  switch (type) {
    case 'array':
      return `list of ${typeText(objectOf(schema['items']))}`;
    case 'object': {
      const { additionalProperties: values } = schema;
      return isObject(values) ? `map of ${typeText(values)}` : 'object';
    }
    case 'string':
      return `string${formatText(schema)}`;
    case 'integer':
    case 'number':
      return `${type}${formatText(schema)}`;
    case 'boolean':
    case 'null':
      return type;
    default:
      return 'any';
  }
}

function formatText({ format, contentEncoding }: JsonObject): string {
  const word = typeof format === 'string' ? format : contentEncoding;
  return typeof word === 'string' ? ` (${word.replace(/[^\w-]/g, '')})` : '';
}

/** What a schema asks of a value beyond its type, as sentences of Markdown for a cell. */
export function constraintText(schema: JsonObject): string[] {
  const items = objectOf(schema['items']);
  const said = (schema: JsonObject, of: string): string[] =>
    constraints.flatMap(([keyword, words]) => {
      const value = schema[keyword];
      return typeof value === 'number' ? [`${of}${words.replace('N', String(value))}.`] : [];
    });
  const pattern = (schema: JsonObject): string[] =>
    typeof schema['pattern'] === 'string' && schema['format'] === undefined
      ? [`Matches ${codeCell(schema['pattern'])}.`]
      : [];
  return [...said(schema, ''), ...pattern(schema), ...said(items, 'Each: '), ...pattern(items)];
}

const constraints: readonly (readonly [keyword: string, words: string])[] = [
  ['minimum', 'At least N'],
  ['exclusiveMinimum', 'More than N'],
  ['maximum', 'At most N'],
  ['exclusiveMaximum', 'Less than N'],
  ['multipleOf', 'A multiple of N'],
  ['minLength', 'Length at least N'],
  ['maxLength', 'Length at most N'],
  ['minItems', 'At least N elements'],
  ['maxItems', 'At most N elements'],
  ['minProperties', 'At least N members'],
  ['maxProperties', 'At most N members'],
];
