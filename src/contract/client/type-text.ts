import { isObject, type Json, type JsonObject } from '../json.js';
import { docComment } from './doc-comment.js';

/** "#/components/schemas/shop.v1.Product" → what the type is called. */
export type NameOf = (component: string) => string;

/**
 * A JSON Schema, as this gateway writes them, as a type of TypeScript: what openapi-typescript makes of it, with names.
 * Whatever a type cannot say (patterns, bounds, what excludes each other) is left to the server.
 */
export function typeText(schema: JsonObject, nameOf: NameOf): string {
  const { $ref, anyOf, enum: values, type } = schema;
  if (typeof $ref === 'string') return nameOf($ref.replace('#/components/schemas/', ''));
  if (Array.isArray(anyOf)) return union(anyOf.filter(isObject).map((one) => typeText(one, nameOf)));
  if (Array.isArray(values)) return union(values.map((value) => JSON.stringify(value)));
  if (Array.isArray(type)) {
    return union(type.map((one) => typeText({ ...schema, type: one }, nameOf)));
  }
  switch (type) {
    case 'string':
      return 'string';
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'null':
      return 'null';
    case 'array':
      return `${operand(typeText(member(schema['items']), nameOf))}[]`;
    case 'object':
      return objectText(schema, nameOf);
    default:
      return 'unknown';
  }
}

function union(types: readonly string[]): string {
  return [...new Set(types)].join(' | ');
}

/** A type in a list, or beside others that it shall have too. */
export function operand(type: string): string {
  return /[|&]/.test(type) ? `(${type})` : type;
}

function objectText(schema: JsonObject, nameOf: NameOf): string {
  const { properties, additionalProperties, required } = schema;
  const members = Object.entries(member(properties));
  const needed: readonly Json[] = Array.isArray(required) ? required : [];
  const own = members.map(([name, value]) =>
    propertyText(name, typeText(member(value), nameOf), needed.includes(name), member(value)),
  );
  const others =
    additionalProperties === undefined || additionalProperties === false
      ? undefined
      : `{ [key: string]: ${typeText(member(additionalProperties), nameOf)} }`;
  if (own.length === 0) return others ?? 'Record<string, never>';
  const text = `{\n${own.join('')}}`;
  return others === undefined ? text : `${text} & ${others}`;
}

/** What a member of a type is called. */
export function propertyKey(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

/** A member of a type, with what is said of it. */
export function propertyText(name: string, type: string, isRequired: boolean, schema: JsonObject): string {
  const { description, deprecated, readOnly } = schema;
  const text = `${readOnly === true ? 'readonly ' : ''}${propertyKey(name)}${isRequired ? '' : '?'}: ${type};\n`;
  return `${docComment(description, deprecated === true)}${text}`;
}

function member(value: Json): JsonObject {
  return isObject(value) ? value : {};
}
