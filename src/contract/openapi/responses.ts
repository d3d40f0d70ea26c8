import type { DescMessage } from '../../descriptor/index.js';
import type { OutlinedRoute } from '../../surface/index.js';
import { isHttpBody, isHttpBodyField } from '../../surface/index.js';
import { compact, type JsonObject } from '../json.js';
import type { Form } from '../schema/form.js';
import type { Schemas } from '../schema/schemas.js';
import { nullable } from '../schema/well-known.js';
import { bytesContent } from './body.js';

/** Whether an answer of a method is a stream. */
export function isStreamed({ method }: OutlinedRoute['binding']): boolean {
  return method.methodKind === 'server_streaming' || method.methodKind === 'bidi_streaming';
}

/** Whether an answer is bytes of any type. */
export function isRawAnswer({ method, responseBody }: OutlinedRoute['binding']): boolean {
  return responseBody === undefined ? isHttpBody(method.output) : isHttpBodyField(responseBody);
}

/** The responses of success. */
export function successResponses(route: OutlinedRoute, schemas: Schemas, form: Form): JsonObject {
  const { binding, policy } = route;
  const { success = {} } = policy;
  const status = String(success.status ?? 200);
  const headers = headersOf(route);
  const content = isRawAnswer(binding) ? bytesContent : answerContent(route, schemas, form);
  if (status === '204') return { 204: compact({ description: 'Done.', headers }) };
  const answer = compact({ description: 'Done.', headers, content });
  const isOperation =
    binding.method.output.typeName === 'google.longrunning.Operation' && success.operations !== false;
  return isOperation && status === '200'
    ? { 200: answer, 202: { ...answer, description: 'Under way: ask for the operation again.' } }
    : { [status]: answer };
}

function answerContent({ binding, streamDefault }: OutlinedRoute, schemas: Schemas, form: Form): JsonObject {
  const { method, responseBody } = binding;
  const schema =
    responseBody === undefined
      ? schemas.message(method.output, form)
      : orNull(
          responseBody.fieldKind === 'message' ? responseBody.message : undefined,
          schemas.value(responseBody, form),
        );
  if (!isStreamed(binding)) return { 'application/json': { schema } };
  const formats: readonly (readonly [typeof streamDefault, string, JsonObject])[] = [
    ['ndjson', 'application/x-ndjson', { schema }],
    ['json', 'application/json', { schema: { type: 'array', items: schema } }],
    ['sse', 'text/event-stream', { schema: { type: 'string' } }],
  ];
  const sorted = formats.toSorted(([a], [b]) => Number(b === streamDefault) - Number(a === streamDefault));
  return Object.fromEntries(sorted.map(([, mediaType, content]) => [mediaType, content]));
}

/** A field that is a message may be absent, and is `null` then. */
function orNull(message: DescMessage | undefined, schema: JsonObject): JsonObject {
  return message === undefined || isNullable(schema) ? schema : nullable(schema);
}

function isNullable({ type, anyOf }: JsonObject): boolean {
  const isNull = (one: unknown): boolean =>
    one === 'null' || (typeof one === 'object' && one !== null && 'type' in one && one.type === 'null');
  return (Array.isArray(type) && type.some(isNull)) || (Array.isArray(anyOf) && anyOf.some(isNull));
}

const text = (description: string, format?: string): JsonObject => ({
  description,
  schema: compact({ type: 'string', format }),
});

function headersOf({ policy }: OutlinedRoute): JsonObject | undefined {
  const { rateLimits = [], deprecation, cache, success } = policy;
  const headers = compact({
    RateLimit:
      rateLimits.length === 0 ? undefined : text('What is left of the limit, and when it is whole again.'),
    'RateLimit-Policy': rateLimits.length === 0 ? undefined : text('The limits of the method.'),
    ETag: cache?.ttl === undefined ? undefined : text('The version of the answer, for `If-None-Match`.'),
    'Cache-Control': cache?.ttl === undefined ? undefined : text('How long the answer is fresh.'),
    Location:
      success?.locationField === undefined
        ? undefined
        : text('Where to find what was made.', 'uri-reference'),
    Deprecation:
      deprecation?.since === undefined ? undefined : text('Since when the method is deprecated (RFC 9745).'),
    Sunset: deprecation?.sunset === undefined ? undefined : text('When the method will go (RFC 8594).'),
    Link: deprecation?.link === undefined ? undefined : text('What to do instead.'),
  });
  return Object.keys(headers).length === 0 ? undefined : headers;
}
