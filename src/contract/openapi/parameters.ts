import { commentOf, type DescField } from '../../descriptor/index.js';
import type { Binding } from '../../httprule/index.js';
import type { Limits } from '../../limits.js';
import { compact, type Json, type JsonObject } from '../json.js';
import { described, readComment } from '../schema/comment.js';
import type { Form } from '../schema/form.js';
import type { Schemas } from '../schema/schemas.js';
import { notNull } from '../schema/well-known.js';
import type { PathSlot } from './path.js';
import { queryFields } from './query-fields.js';

/** A parameter of the path: a field as text, or a part of one. */
export function pathParameter(slot: PathSlot, name: string, schemas: Schemas, form: Form): JsonObject {
  const { variable, pattern, isRest } = slot;
  if (variable === undefined) {
    return { name, in: 'path', required: true, schema: { type: 'string', minLength: 1 } };
  }
  const { leaf } = variable.path;
  const field = form.protoNames ? variable.path.text : variable.path.jsonText;
  const { description, examples } = readComment(commentOf(leaf));
  const part = pattern === undefined ? undefined : `A part of \`${field}\`, which is \`${pattern}\`.`;
  const rest = isRest ? 'Several segments: slashes in it are not to be escaped.' : undefined;
  const isWhole = pattern === undefined && !isRest;
  const whole = isWhole ? notNull(schemas.value(leaf, form)) : { type: 'string' };
  const isText = whole['type'] === 'string' && whole['enum'] === undefined && whole['format'] === undefined;
  return compact({
    name,
    in: 'path',
    required: true,
    description: described(part, description, rest),
    schema:
      isText && !isRest ? { minLength: 1, ...whole, ...(isWhole ? {} : { pattern: '^[^/]+$' }) } : whole,
    examples: namedExamples(examples.flatMap((one) => exampleAt(slot, one) ?? [])),
    'x-several-segments': isRest || undefined,
  });
}

function namedExamples(examples: readonly Json[]): JsonObject | undefined {
  if (examples.length === 0) return undefined;
  return Object.fromEntries(examples.map((value, index) => [`example${index + 1}`, { value }]));
}

/** What of an example of the variable stands where the slot is: "products/tea-tin" → "tea-tin". */
function exampleAt({ pattern, place, isRest }: PathSlot, example: string): string | undefined {
  if (pattern === undefined) return example;
  const segments = example.split('/');
  const wanted = pattern.split('/');
  const agrees = wanted.every((one, index) => /[*{]/.test(one) || one === segments[index]);
  if (!agrees || (!isRest && segments.length !== wanted.length)) return undefined;
  return isRest ? segments.slice(place).join('/') : segments[place];
}

/** The parameters of the query, by the paths of their names. */
export function queryParameters(
  binding: Binding,
  schemas: Schemas,
  form: Form,
  limits: Pick<Limits, 'queryDepthMax' | 'namedQueryFieldsMax'>,
): JsonObject[] {
  return queryFields(binding, limits)
    .map((fields) => queryParameter(fields, schemas, form))
    .filter((parameter) => parameter !== undefined);
}

const jsonTexts: ReadonlySet<string> = new Set(
  ['Struct', 'Value', 'ListValue'].map((name) => `google.protobuf.${name}`),
);

/** The field at the end of a path as a parameter. */
function queryParameter(fields: readonly DescField[], schemas: Schemas, form: Form): JsonObject | undefined {
  const leaf = fields.at(-1);
  if (leaf === undefined) return undefined;
  const {
    description,
    deprecated,
    examples,
    readOnly: _,
    writeOnly: __,
    ...schema
  } = schemas.field(leaf, form);
  const isJson = leaf.message !== undefined && jsonTexts.has(leaf.message.typeName);
  const isList = leaf.fieldKind === 'list';
  return compact({
    name: fields.map((field) => schemas.nameOf(field, form)).join('.'),
    in: 'query',
    description: described(
      typeof description === 'string' ? description : undefined,
      oneofSentence(leaf, schemas, form),
    ),
    required: fields.every((field) => schemas.isRequired(field)) || undefined,
    deprecated,
    ...(isJson && !isList
      ? { content: { 'application/json': { schema } } }
      : {
          ...(leaf.fieldKind === 'map' ? { style: 'deepObject', explode: true } : {}),
          schema: notNull(schema),
          examples: Array.isArray(examples) ? namedExamples(examples) : undefined,
        }),
  });
}

function oneofSentence(leaf: DescField, schemas: Schemas, form: Form): string | undefined {
  const others = leaf.oneof?.fields.filter((field) => field !== leaf) ?? [];
  if (others.length === 0) return undefined;
  return `Not together with ${others.map((field) => `\`${schemas.nameOf(field, form)}\``).join(', ')}.`;
}
