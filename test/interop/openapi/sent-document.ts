import { isObject, type Json, type JsonObject, listOf, objectOf } from '../../../src/contract/json.js';

/** The same, with every operation as `change` says. */
function withOperations(
  document: JsonObject,
  change: (path: string, operation: JsonObject) => JsonObject,
): JsonObject {
  const paths = Object.entries(objectOf(document['paths'])).map(([path, item]) => [
    path,
    Object.fromEntries(
      Object.entries(objectOf(item)).map(([method, one]) => [method, change(path, objectOf(one))]),
    ),
  ]);
  return { ...document, paths: Object.fromEntries(paths) };
}

/**
 * A document whose streams have an end: of what decides how long one lasts only the example is sent. Schemathesis takes the
 * schema of server-sent events for that of each, as OpenAPI 3.2 has it. Where the document takes bytes of any type, those of
 * a picture are sent, since the shop keeps no others.
 */
export function boundedDocument(document: JsonObject): JsonObject {
  return withOperations(document, (path, operation) => {
    const body = objectOf(operation['requestBody']);
    const bytes = objectOf(body['content'])['*/*'];
    if (bytes !== undefined)
      return { ...operation, requestBody: { ...body, content: { 'image/png': bytes } } };
    const done = objectOf(objectOf(operation['responses'])['200']);
    const content = objectOf(done['content']);
    if (content['text/event-stream'] === undefined) return operation;
    const events = { ...content, 'text/event-stream': { schema: { type: 'object' } } };
    const responses = { ...objectOf(operation['responses']), 200: { ...done, content: events } };
    const given = listOf(operation['parameters']).map(objectOf);
    return { ...operation, parameters: path.endsWith('watch') ? given.flatMap(bounded) : given, responses };
  });
}

function bounded(parameter: JsonObject): JsonObject[] {
  if (parameter['in'] !== 'query') return [parameter];
  const [example] = Object.values(objectOf(parameter['examples']));
  const value = objectOf(example)['value'];
  return value === undefined ? [] : [{ ...parameter, required: true, schema: { const: value } }];
}

/**
 * A document with requests as the gateway takes them, which is more than a document asks of those who follow it
 * (docs/openapi.md, "What it does not say"): numbers as text and text as numbers, enums by number, `null` for what is
 * absent. Answers stay what they are. What violates this must be refused.
 */
export function sentDocument(document: JsonObject): JsonObject {
  const components = objectOf(document['components']);
  const schemas = objectOf(components['schemas']);
  const sent = Object.entries(schemas).map(([name, schema]) => [
    `${name}-sent`,
    sentSchema(objectOf(schema)),
  ]);
  return {
    ...withOperations(document, (_, operation) => sentOperation(operation)),
    components: { ...components, schemas: { ...schemas, ...Object.fromEntries(sent) } },
  };
}

function sentOperation(operation: JsonObject): JsonObject {
  const parameters = listOf(operation['parameters'])
    .map(objectOf)
    .map((one) => (isObject(one['schema']) ? { ...one, schema: sentSchema(one['schema']) } : one));
  const body = operation['requestBody'];
  if (!isObject(body)) return { ...operation, parameters };
  const content = Object.entries(objectOf(body['content'])).map(([mediaType, one]) => {
    const schema = sentSchema(objectOf(objectOf(one)['schema']));
    return [mediaType, { ...objectOf(one), schema: body['required'] === true ? schema : orNull(schema) }];
  });
  return { ...operation, parameters, requestBody: { ...body, content: Object.fromEntries(content) } };
}

const asText: JsonObject = { type: 'string', pattern: '^-?[0-9]+$' };

function sentSchema(schema: JsonObject): JsonObject {
  const { $ref, type, enum: values, format, properties, items, additionalProperties } = schema;
  if (typeof $ref === 'string') return { ...schema, $ref: `${$ref}-sent` };
  if (Array.isArray(values) && type === 'string') return { anyOf: [schema, { type: 'integer' }, asText] };
  if (type === 'integer' || type === 'number') return { anyOf: [schema, asText] };
  if (type === 'string' && (format === 'int64' || format === 'uint64'))
    return { anyOf: [schema, { type: 'integer' }] };
  if (isObject(properties)) {
    // That members exclude each other is not true of those that are null.
    const { not: _, ...rest } = schema;
    const required: readonly Json[] = listOf(schema['required']);
    const fields = Object.entries(properties).map(([name, one]) => {
      const field = sentSchema(objectOf(one));
      return [name, required.includes(name) ? field : orNull(field)];
    });
    return { ...rest, properties: Object.fromEntries(fields) };
  }
  return {
    ...schema,
    ...(isObject(items) ? { items: sentSchema(items) } : {}),
    ...(isObject(additionalProperties) ? { additionalProperties: sentSchema(additionalProperties) } : {}),
  };
}

function orNull(schema: JsonObject): JsonObject {
  return { anyOf: [schema, { type: 'null' }] };
}
