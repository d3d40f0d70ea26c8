import { fieldValues, type HeaderFields } from '../../headers.js';
import { Code, codeName, httpStatusOf } from '../../status/index.js';
import { methodLabel, otherMethod } from '../http-methods.js';
import type { RequestEvent } from '../request-event.js';
import type { CallAttempt, TracedRequest } from '../tracer.js';

/** Attributes of a span, by the names of OpenTelemetry's semantic conventions where they have one. */
export type SpanAttributes = Record<string, string | number | boolean>;

/** Whatever a client or backend wrote is cut to this many characters. */
const textMax = 256;
const pathMax = 1_024;

/** "GET /v1/{name=products/*}"; without a route the method alone. A client cannot make up new ones. */
export function requestName({ httpMethod, route }: RequestEvent): string {
  const label = methodLabel(httpMethod);
  const method = label === otherMethod ? 'HTTP' : label;
  return route === undefined ? method : `${method} ${route}`;
}

/** Whether it failed on our side or behind us: what an operator looks for. A stream may do so after its 200. */
export function requestFailed({ httpStatus, code }: RequestEvent): boolean {
  // 405 has the code UNIMPLEMENTED.
  return httpStatus >= 500 || (httpStatus < 400 && httpStatusOf(code) >= 500);
}

/** HTTP server spans, with the path but never the query, which may hold keys. */
export function requestAttributes(
  { target, headers, scheme, peerAddress }: TracedRequest,
  event: RequestEvent,
  withPrincipal: boolean,
): SpanAttributes {
  const method = methodLabel(event.httpMethod);
  const attributes: SpanAttributes = {
    'http.request.method': method,
    'url.scheme': scheme,
    'url.path': pathOf(target),
    'http.response.status_code': event.httpStatus,
    'client.address': event.clientAddress ?? peerAddress,
    'http.request.body.size': event.requestBytes,
    'http.response.body.size': event.responseBytes,
    'propylon.request_id': event.requestId,
  };
  if (method === otherMethod) attributes['http.request.method_original'] = event.httpMethod.slice(0, textMax);
  if (event.route !== undefined) attributes['http.route'] = event.route;
  addAddress(attributes, hostOf(headers));
  const [userAgent] = fieldValues(headers, 'user-agent');
  if (userAgent !== undefined) attributes['user_agent.original'] = userAgent.slice(0, textMax);
  if (requestFailed(event)) {
    attributes['error.type'] = event.httpStatus >= 500 ? String(event.httpStatus) : codeName(event.code);
  }
  if (event.refused !== undefined) {
    attributes['propylon.refused.step'] = event.refused.step;
    attributes['propylon.refused.reason'] = event.refused.reason;
  }
  if (withPrincipal && event.principal !== undefined)
    attributes['enduser.id'] = event.principal.slice(0, textMax);
  return attributes;
}

/** "shop.catalog.v1.CatalogService/GetProduct" */
export function attemptName({ path }: CallAttempt): string {
  return path.slice(1);
}

/** RPC client spans of gRPC. */
export function attemptAttributes({ path, endpoint }: CallAttempt, code: number): SpanAttributes {
  const slash = path.lastIndexOf('/');
  const attributes: SpanAttributes = {
    'rpc.system': 'grpc',
    'rpc.service': path.slice(1, slash),
    'rpc.method': path.slice(slash + 1),
    'rpc.grpc.status_code': code,
  };
  addAddress(attributes, endpoint);
  if (code !== Code.OK) attributes['error.type'] = codeName(code);
  return attributes;
}

/** What was behind an error, as the event "exception": for operators, so with its words, but without its stack. */
export function exceptionAttributes(cause: unknown): SpanAttributes {
  if (!(cause instanceof Error)) return { 'exception.message': String(cause).slice(0, pathMax) };
  return { 'exception.type': cause.name, 'exception.message': cause.message.slice(0, pathMax) };
}

/** What a status says besides its code, as far as it may be long. */
export function statusText(message: string): string {
  return message.slice(0, textMax);
}

function pathOf(target: string): string {
  const query = target.indexOf('?');
  return (query < 0 ? target : target.slice(0, query)).slice(0, pathMax);
}

/** Of HTTP/1 and HTTP/2. */
function hostOf(headers: HeaderFields): string | undefined {
  const host = fieldValues(headers, 'host')[0] ?? fieldValues(headers, ':authority')[0];
  return host !== undefined && host.length <= textMax ? host : undefined;
}

/** "shop:50051", "[::1]:80", "shop"; what has no port, such as "unix:/run/shop", is all address. */
function addAddress(attributes: SpanAttributes, text: string | undefined): void {
  if (text === undefined) return;
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:/]*)):(\d{1,5})$/.exec(text) ?? [];
  attributes['server.address'] = bracketed ?? plain ?? text;
  if (port !== undefined) attributes['server.port'] = Number(port);
}
