import type { DescField, DescMessage } from '../../descriptor/index.js';
import type { Binding } from '../../httprule/index.js';
import { isHttpBody, isHttpBodyField } from '../../surface/index.js';
import type { JsonObject } from '../json.js';
import type { Form } from '../schema/form.js';
import type { Omitted, Schemas } from '../schema/schemas.js';

/** Bytes of any type. */
export const bytesContent: JsonObject = { '*/*': { schema: { type: 'string', format: 'binary' } } };

/** The body of a binding's requests; undefined where it takes none. */
export function requestBody(binding: Binding, schemas: Schemas, form: Form): JsonObject | undefined {
  const { body, method, variables } = binding;
  if (body === 'none') return undefined;
  const isStream = method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming';
  const isRaw = body === 'all' ? isHttpBody(method.input) : isHttpBodyField(body);
  if (isRaw) return { required: body !== 'all' && schemas.isRequired(body), content: bytesContent };
  const schema = bodySchema(binding, schemas, { ...form, isPatch: binding.httpMethod === 'PATCH' });
  const required =
    body === 'all'
      ? method.input.fields.some((field) => schemas.isRequired(field) && !isBound(field, variables))
      : schemas.isRequired(body) && !isLeftOut(body, binding, schemas);
  return { required, content: isStream ? streamContent(schema) : { 'application/json': { schema } } };
}

/** Whether a body may be left out because the path makes the message that it is: nothing else of it is required. */
function isLeftOut(body: DescField, { variables, httpMethod }: Binding, schemas: Schemas): boolean {
  const inner = variables
    .filter(({ path }) => path.fields[0] === body)
    .map(({ path }) => path.fields.slice(1));
  if (body.message === undefined || inner.length === 0) return false;
  if (httpMethod === 'PATCH') return true;
  return !body.message.fields.some(
    (field) => schemas.isRequired(field) && !inner.some((path) => path.length === 1 && path[0] === field),
  );
}

function isBound(field: DescField, variables: Binding['variables']): boolean {
  return variables.some(({ path }) => path.fields[0] === field && path.fields.length === 1);
}

function streamContent(schema: JsonObject): JsonObject {
  return {
    'application/x-ndjson': { schema },
    'application/json': { schema: { type: 'array', items: schema } },
  };
}

/** What the path binds is no part of what a body must give. */
export function bodySchema(binding: Binding, schemas: Schemas, form: Form): JsonObject {
  const { body, method, variables } = binding;
  if (body === 'none') return {};
  const paths = variables.map(({ path }) => path.fields);
  if (body === 'all') {
    return paths.length === 0
      ? schemas.message(method.input, form)
      : schemas.partOf(method.input, form, paths);
  }
  const inner: Omitted = paths.filter(([first]) => first === body).map((path) => path.slice(1));
  const message: DescMessage | undefined = body.fieldKind === 'message' ? body.message : undefined;
  const isNeeded = inner.some((path) => path.every((field) => schemas.isRequired(field)));
  return message === undefined || inner.length === 0 || !isNeeded || form.isPatch
    ? schemas.value(body, form)
    : schemas.partOf(message, form, inner);
}
