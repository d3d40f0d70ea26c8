import { isHttpBody, isHttpBodyField, type OutlinedRoute } from '../../surface/index.js';
import { isObject, type Json, type JsonObject } from '../json.js';
import { type OpenApiPath, slotsOf } from '../openapi/path.js';
import { isRawAnswer, isStreamed } from '../openapi/responses.js';
import type { Form } from '../schema/form.js';
import { exampleOf, type SchemaOf } from './example.js';

/** One request to an operation, for whoever writes it down in a language. */
export interface SampledRequest {
  readonly httpMethod: string;
  /** "/v1/orders/1001?view=FULL" */
  readonly target: string;
  /** How the caller shows who it is: a scheme that the operation wants. */
  readonly credential: 'token' | { readonly header: string } | undefined;
  /** Further header fields. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: SampledBody | undefined;
  readonly answer: 'message' | 'stream' | 'bytes';
  /** The fields of the request message that path, query and body set, but for messages of a stream. */
  readonly fields: JsonObject;
}

export type SampledBody =
  | { readonly kind: 'message'; readonly value: Json }
  | { readonly kind: 'stream'; readonly messages: readonly Json[] }
  | { readonly kind: 'bytes' };

/** An operation and where it stands in a document. */
export interface SampledOperation {
  readonly route: OutlinedRoute;
  readonly httpMethod: string;
  readonly operation: JsonObject;
  readonly path: OpenApiPath;
  readonly form: Form;
}

/** A request with what must be in it. */
export function sampledRequest(
  { route, httpMethod, operation, path, form }: SampledOperation,
  schemaOf: SchemaOf,
  schemes: JsonObject,
): SampledRequest {
  const { binding } = route;
  const parameters = listOf(operation['parameters']);
  const required = parameters.filter((one) => one['required'] === true);
  const inPath = required.filter((one) => one['in'] === 'path');
  const values = slotsOf(path).map(({ name }, index) => pathValue(inPath[index] ?? {}, name, schemaOf));
  const query = required
    .filter((one) => one['in'] === 'query')
    .map((one) => [String(one['name']), exampleOf(one['schema'], schemaOf)] as const);
  const body = bodyOf(route, operation, schemaOf);
  const search = new URLSearchParams();
  for (const [name, value] of query)
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one));
  const own = binding.body === 'all' || binding.body === 'none' ? undefined : binding.body;
  const fields = [
    ...(body?.kind === 'message'
      ? own === undefined
        ? Object.entries(isObject(body.value) ? body.value : {})
        : [[form.protoNames ? own.name : own.jsonName, body.value] as const]
      : []),
    ...query,
    ...variableValues(path, values, form),
  ].reduce<JsonObject>((object, [name, value]) => withField(object, name.split('.'), value), {});
  return {
    httpMethod,
    target: `${filled(path, values)}${search.size === 0 ? '' : `?${search}`}`,
    credential: credentialOf(operation, schemes),
    headers: required
      .filter((one) => one['in'] === 'header')
      .map((one) => [String(one['name']), '123e4567-e89b-42d3-a456-426614174000']),
    body,
    answer: isRawAnswer(binding) ? 'bytes' : isStreamed(binding) ? 'stream' : 'message',
    fields,
  };
}

function listOf(value: Json): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function pathValue(parameter: JsonObject, name: string, schemaOf: SchemaOf): string {
  const { examples, schema } = parameter;
  const [example] = isObject(examples) ? Object.values(examples) : [];
  if (isObject(example)) return String(example['value']);
  const { type, pattern, enum: values } = isObject(schema) ? schema : {};
  const isFree =
    type === 'string' && values === undefined && (pattern === undefined || pattern === '^[^/]+$');
  return isFree ? `my-${name.toLowerCase()}` : String(exampleOf(schema, schemaOf));
}

function filled({ parts, verb }: OpenApiPath, values: readonly string[]): string {
  let slot = 0;
  const text = parts.map((part) =>
    typeof part === 'string' ? part : encodeURIComponent(values[slot++] ?? part.name),
  );
  return `/${text.join('/')}${verb === '' ? '' : `:${verb}`}`;
}

/** The values of the variables, which may take several slots with what stands between them. */
function variableValues(path: OpenApiPath, values: readonly string[], form: Form): [string, Json][] {
  const slots = slotsOf(path);
  const variables = new Set(slots.flatMap(({ variable }) => (variable === undefined ? [] : [variable])));
  return [...variables].map((variable) => {
    const own = slots.flatMap((slot, index) =>
      slot.variable === variable ? [[slot, values[index] ?? '']] : [],
    );
    const [[first] = []] = own as [(typeof slots)[number], string][];
    const pattern = first?.pattern ?? '*';
    let at = 0;
    const text = pattern
      .split('/')
      .map((segment) => (/[{*]/.test(segment) ? String(own[at++]?.[1] ?? segment) : segment))
      .join('/');
    return [form.protoNames ? variable.path.text : variable.path.jsonText, text];
  });
}

function withField(object: JsonObject, [name = '', ...rest]: readonly string[], value: Json): JsonObject {
  const inner = object[name];
  return {
    ...object,
    [name]: rest.length === 0 ? value : withField(isObject(inner) ? inner : {}, rest, value),
  };
}

function bodyOf(
  { binding }: OutlinedRoute,
  operation: JsonObject,
  schemaOf: SchemaOf,
): SampledBody | undefined {
  const { body, method } = binding;
  if (body === 'none') return undefined;
  if (body === 'all' ? isHttpBody(method.input) : isHttpBodyField(body)) return { kind: 'bytes' };
  const { requestBody } = operation;
  const content = isObject(requestBody) ? requestBody['content'] : undefined;
  const [first] = isObject(content) ? Object.values(content) : [];
  const value = exampleOf(isObject(first) ? first['schema'] : undefined, schemaOf);
  const isStream = method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming';
  return isStream ? { kind: 'stream', messages: [value, value] } : { kind: 'message', value };
}

function credentialOf({ security }: JsonObject, schemes: JsonObject): SampledRequest['credential'] {
  const alternatives = listOf(security);
  if (alternatives.some((one) => Object.keys(one).length === 0)) return undefined;
  const [name = ''] = Object.keys(alternatives[0] ?? {});
  const scheme = schemes[name];
  if (!isObject(scheme)) return undefined;
  if (scheme['type'] === 'apiKey') return { header: String(scheme['name']).toLowerCase() };
  return scheme['type'] === 'mutualTLS' ? undefined : 'token';
}
