import { behaves, commentOf, type DescField, type DescMethod } from '../../descriptor/index.js';
import type { Limits } from '../../limits.js';
import { isHttpBody, isHttpBodyField, type OutlinedRoute, sourceOf } from '../../surface/index.js';
import type { JsonObject } from '../json.js';
import { bodySchema } from '../openapi/body.js';
import { lowerCamel } from '../openapi/names.js';
import { queryParameters } from '../openapi/parameters.js';
import { isRawAnswer, isStreamed } from '../openapi/responses.js';
import { described, readComment } from '../schema/comment.js';
import { type Form, formOf } from '../schema/form.js';
import type { Schemas } from '../schema/schemas.js';
import { quoted } from './quoted.js';
import { type NameOf, operand, propertyKey, propertyText, typeText } from './type-text.js';

/** The functions of client/runtime.ts that make others. */
export type FunctionKind =
  | 'unary'
  | 'serverStream'
  | 'clientStream'
  | 'bidi'
  | 'download'
  | 'streamDownload'
  | 'upload'
  | 'uploadDownload'
  | 'uploadStream';

/** A binding as a function of a client. */
export interface ClientFunction {
  readonly name: string;
  readonly method: DescMethod;
  readonly kind: FunctionKind;
  /** Arguments of the function of that kind: source text. */
  readonly rule: string;
  readonly documentation: string | undefined;
  readonly isDeprecated: boolean;
  /** Members of its request. */
  readonly request: string;
  /** Whether a request must say anything. */
  readonly isNeeded: boolean;
  /** What it streams to the server, where it does. */
  readonly message: string | undefined;
  /** Undefined for bytes. */
  readonly answer: string | undefined;
  /** The member of an answer that holds the elements of a page (AIP-158). */
  readonly elements: string | undefined;
}

/** What the functions of one file share. */
export interface ClientContext {
  readonly schemas: Schemas;
  readonly limits: Limits;
  readonly nameOf: NameOf;
}

/** Undefined for a binding that no client can fill in. */
export function clientFunction(
  route: OutlinedRoute,
  name: string,
  context: ClientContext,
): ClientFunction | undefined {
  if (!isCallable(route)) return undefined;
  const { binding, json, policy } = route;
  const { method, template } = binding;
  const { schemas, limits, nameOf } = context;
  const form = formOf(json);
  const query = queryParameters(binding, schemas, form, limits);
  const kind = kindOf(route);
  const members = requestMembers(route, query, context);
  const { description } = readComment(commentOf(method));
  return {
    name,
    method,
    kind,
    rule: ruleText(route, query, form),
    documentation: described(
      description,
      `\`${binding.httpMethod === '*' ? httpMethodOf(route) : binding.httpMethod} ${template.text}\``,
    ),
    isDeprecated: method.deprecated || method.parent.deprecated || policy.deprecation?.since !== undefined,
    request: members.map(({ text }) => text).join(''),
    isNeeded: members.some(({ isRequired }) => isRequired),
    message:
      kind === 'clientStream' || kind === 'streamDownload' || kind === 'bidi'
        ? typeText(bodySchema(binding, schemas, { ...form, isPatch: false }), nameOf)
        : undefined,
    answer: isRawAnswer(binding) ? undefined : answerText(route, context),
    elements: kind === 'unary' ? elementsOf(route, schemas, form) : undefined,
  };
}

/** Whether a client can fill in the path: nobody can say what a wildcard without a field stands for. */
export function isCallable(route: OutlinedRoute): boolean {
  const { segments } = route.binding.template;
  return segments.every((segment, at) => segment.kind === 'literal' || isInVariable(route, at));
}

function isInVariable({ binding }: OutlinedRoute, at: number): boolean {
  return binding.template.variables.some(({ start, end }) => start <= at && at < end);
}

function kindOf({ binding }: OutlinedRoute): FunctionKind {
  if (isRawAnswer(binding))
    return isRawBody(binding) ? 'uploadDownload' : isStreamedBody(binding) ? 'streamDownload' : 'download';
  if (isRawBody(binding)) return isStreamed(binding) ? 'uploadStream' : 'upload';
  const kinds: Readonly<Record<DescMethod['methodKind'], FunctionKind>> = {
    unary: 'unary',
    server_streaming: 'serverStream',
    client_streaming: 'clientStream',
    bidi_streaming: 'bidi',
  };
  return kinds[binding.method.methodKind];
}

function isRawBody({ body, method }: OutlinedRoute['binding']): boolean {
  return body === 'all' ? isHttpBody(method.input) : body !== 'none' && isHttpBodyField(body);
}

function isStreamedBody({ method }: OutlinedRoute['binding']): boolean {
  return method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming';
}

/** A binding of every HTTP method is called by the one that says most about it. */
function httpMethodOf({ binding: { httpMethod, body } }: OutlinedRoute): string {
  return httpMethod === '*' ? (body === 'none' ? 'GET' : 'POST') : httpMethod;
}

/** "'PATCH', '/v1/{product.name=products/*}', 'product'" */
function ruleText(route: OutlinedRoute, query: readonly JsonObject[], form: Form): string {
  const { binding } = route;
  const named = (test: (parameter: JsonObject) => boolean): string[] =>
    query.filter(test).flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
  const maps = named(({ style }) => style === 'deepObject');
  const json = named(({ content }) => content !== undefined);
  const forms = { ...(maps.length === 0 ? {} : { maps }), ...(json.length === 0 ? {} : { json }) };
  const { body } = binding;
  const parts: (string | undefined)[] = [
    quoted(httpMethodOf(route)),
    quoted(templateText(route, form)),
    body === 'none' ? undefined : quoted(body === 'all' ? '*' : form.protoNames ? body.name : body.jsonName),
    Object.keys(forms).length === 0 ? undefined : JSON.stringify(forms),
  ];
  const last = parts.findLastIndex((part) => part !== undefined);
  return parts
    .slice(0, last + 1)
    .map((part) => part ?? 'undefined')
    .join(', ');
}

/** The template with the names that fields have in JSON, which may be anything: escaped. */
function templateText({ binding }: OutlinedRoute, form: Form): string {
  const { segments, variables, verb } = binding.template;
  const own = (start: number, end: number): string =>
    segments
      .slice(start, end)
      .map((segment) => (segment.kind === 'literal' ? segment.text : segment.kind === 'any' ? '*' : '**'))
      .join('/');
  const parts: string[] = [];
  for (let at = 0; at < segments.length; ) {
    const index = variables.findIndex(({ start }) => start === at);
    const [declared, bound] = [variables[index], binding.variables[index]];
    if (declared === undefined || bound === undefined) {
      parts.push(own(at, at + 1));
      at += 1;
      continue;
    }
    const field = bound.path.fields
      .map((one) => encodeURIComponent(form.protoNames ? one.name : one.jsonName).replaceAll('.', '%2E'))
      .join('.');
    const pattern = own(declared.start, declared.end);
    parts.push(pattern === '*' ? `{${field}}` : `{${field}=${pattern}}`);
    at = declared.end;
  }
  return `/${parts.join('/')}${verb === '' ? '' : `:${verb}`}`;
}

/** The fields that a client may set: of the path, of the query, and of a body that is not streamed. */
function requestMembers(
  route: OutlinedRoute,
  query: readonly JsonObject[],
  context: ClientContext,
): { readonly text: string; readonly isRequired: boolean }[] {
  const { binding, json } = route;
  const { body, method, variables } = binding;
  const { schemas, nameOf } = context;
  const form: Form = { ...formOf(json), isPatch: binding.httpMethod === 'PATCH' };
  const isApart = isStreamedBody(binding) || isRawBody(binding);
  return method.input.fields.flatMap((field) => {
    const name = schemas.nameOf(field, form);
    const paths = variables
      .filter(({ path }) => path.fields[0] === field)
      .map(({ path }) => path.fields.slice(1));
    const source = sourceOf(binding, [field]);
    const isBody = (body === 'all' && source === 'body') || body === field;
    const isAsked = query.some(
      (parameter) => parameter['name'] === name || String(parameter['name']).startsWith(`${name}.`),
    );
    if (isBody && isApart) return [];
    if (paths.length === 0 && !isBody && !isAsked) return [];
    if (behaves(field, 'outputOnly') && paths.length === 0) return [];
    const schema = schemas.field(field, isBody ? form : { ...form, isPatch: false });
    const { readOnly: _, ...plain } = schema;
    const value = typeText(withoutRemarks(plain), nameOf);
    const within = paths.flatMap((path) => withinText(path, context, form));
    const type = within.length === 0 ? value : [operand(value), ...within].join(' & ');
    const isRequired = paths.length > 0 || schemas.isRequired(field);
    return [{ text: propertyText(name, type, isRequired, plain), isRequired }];
  });
}

/** What the path binds below a field is there. */
function withinText(path: readonly DescField[], { schemas, nameOf }: ClientContext, form: Form): string[] {
  const leaf = path.at(-1);
  if (leaf === undefined) return [];
  const value = typeText(schemas.value(leaf, form), nameOf);
  return [
    path.reduceRight((inner, field) => `{ ${propertyKey(schemas.nameOf(field, form))}: ${inner} }`, value),
  ];
}

function withoutRemarks({ description: _, deprecated: __, ...schema }: JsonObject): JsonObject {
  return schema;
}

function answerText(route: OutlinedRoute, { schemas, nameOf }: ClientContext): string {
  const { method, responseBody } = route.binding;
  const form = formOf(route.json);
  if (responseBody === undefined) return typeText(schemas.message(method.output, form), nameOf);
  const value = typeText(schemas.value(responseBody, form), nameOf);
  return responseBody.fieldKind === 'message' && !value.includes('null') ? `${value} | null` : value;
}

/** AIP-158: page_token in the request, next_page_token in the answer, and one list of messages in it. */
function elementsOf({ binding, json }: OutlinedRoute, schemas: Schemas, form: Form): string | undefined {
  const { input, output } = binding.method;
  const hasToken = input.fields.some(({ name }) => name === 'page_token');
  const hasNext = output.fields.some(({ name }) => name === 'next_page_token');
  const lists = output.fields.filter(({ fieldKind }) => fieldKind === 'list');
  const [only] = lists;
  if (!hasToken || !hasNext || lists.length !== 1 || only === undefined) return undefined;
  return binding.responseBody === undefined && !json.protoNames && !isStreamed(binding)
    ? schemas.nameOf(only, form)
    : undefined;
}

/** "ListProducts", its second binding → "listProducts2" */
export function functionName({ binding }: OutlinedRoute): string {
  const name = lowerCamel(binding.method.name).replace(/^\d/, '_$&');
  const first = name.charAt(0).toLowerCase() + name.slice(1);
  return binding.index === 0 ? first : `${first}${binding.index + 1}`;
}
