import { parse } from 'yaml';
import { annotationsOf, type PlainMessage, type Registry } from '../../descriptor/index.js';
import { isObject, type Json, type JsonObject } from '../json.js';

type Annotated = Parameters<typeof annotationsOf>[1];

/** Number of the extensions openapi.v3.document, operation, schema and property. */
const extension = 1143;

/** What `openapi.v3` options (gnostic) describe, each with a message of that name. */
export type GnosticKind = 'Document' | 'Operation' | 'Schema';

/**
 * The `openapi.v3` option of a file, method, message or field as OpenAPI; empty where it has none, and where the image
 * does not carry its types.
 */
export function gnosticOf(types: Registry, desc: Annotated, kind: GnosticKind): JsonObject {
  const option = annotationsOf(types, desc, extension, `openapi.v3.${kind}`);
  const plain = option === undefined ? undefined : plainJson(option);
  return isObject(plain) ? plain : {};
}

/** One value over another: objects member by member, anything else as a whole. */
export function overlaid(below: JsonObject, above: JsonObject): JsonObject {
  const result: Record<string, Json> = { ...below };
  for (const [name, value] of Object.entries(above)) {
    const old = result[name];
    result[name] = isObject(old) && isObject(value) ? overlaid(old, value) : value;
  }
  return result;
}

/** Lists of named entries that stand beside members: `responses`, with `default` and the others. */
const entryLists: ReadonlySet<string> = new Set([
  'response_or_reference',
  'additional_properties',
  'specification_extension',
]);
/** Members of messages that only choose between a thing and a reference to one. */
const choices: ReadonlySet<string> = new Set([
  'schema',
  'response',
  'parameter',
  'request_body',
  'header',
  'schema_or_reference',
  'reference',
  'number',
  'boolean',
  'string',
  'value',
]);

/** gnostic's messages follow OpenAPI name by name, but for lists of named entries and messages of alternatives. */
function plainJson(value: unknown): Json {
  if (Array.isArray(value)) return namedEntries(value) ?? value.map(plainJson);
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Uint8Array || value === undefined) return undefined;
  if (typeof value !== 'object' || value === null) return scalar(value);
  return plainObject(Object.entries(value));
}

function plainObject(entries: readonly (readonly [string, unknown])[]): Json {
  const [[name, inner] = [], ...others] = entries;
  if (name !== undefined && others.length === 0) {
    // An Any of gnostic: YAML text.
    if (name === 'yaml' && typeof inner === 'string') return parse(inner);
    if (name === '_ref') return { $ref: String(inner) };
    if (name === 'schema_or_reference' && Array.isArray(inner)) return plainJson(inner[0]);
    if (choices.has(name) && !isChoice(inner)) return plainJson(inner);
  }
  const members = entries.flatMap(([key, value]): (readonly [string, Json])[] => {
    const json = plainJson(value);
    if (entryLists.has(key) && Array.isArray(value)) return isObject(json) ? Object.entries(json) : [];
    return [[key.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()), json]];
  });
  return Object.fromEntries(members);
}

/** Whether a value chooses itself: then what holds it is a thing that has one, `schema` of a media type. */
function isChoice(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const [key, ...others] = Object.keys(value);
  return key !== undefined && others.length === 0 && choices.has(key);
}

/** `[{name, value}]` → `{name: value}`; undefined for other lists. */
function namedEntries(list: readonly unknown[]): JsonObject | undefined {
  const entries = list.map((item) =>
    isNamed(item) ? ([item.name, plainJson(item.value)] as const) : undefined,
  );
  const named = entries.filter((entry) => entry !== undefined);
  return named.length === list.length && list.length > 0 ? Object.fromEntries(named) : undefined;
}

function isNamed(item: unknown): item is { readonly name: string; readonly value: PlainMessage } {
  if (typeof item !== 'object' || item === null || !('name' in item) || !('value' in item)) return false;
  return Object.keys(item).length === 2 && typeof item.name === 'string';
}

function scalar(value: unknown): Json {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : undefined;
}
