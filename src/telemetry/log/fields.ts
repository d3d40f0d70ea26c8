import { codeName } from '../../status/index.js';
import type { RequestEvent } from '../request-event.js';
import { lengthMax, plain, safeLines, safeText } from './text.js';

/** Version of the Elastic Common Schema whose names the fields have. */
export const ecsVersion = '9.4.0';

/** Fields of a line by their dotted names; undefined ones are not written. */
export type Fields = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** What a line says of a request: by its route, never by its path. */
export function requestFields(event: RequestEvent): Fields {
  const { trace, refused, clientAddress, principal } = event;
  return {
    'event.duration': Math.round(event.durationMs * 1e6),
    'http.request.method': plain(event.httpMethod, lengthMax.name),
    'http.response.status_code': event.httpStatus,
    'http.request.body.bytes': event.requestBytes,
    'http.response.body.bytes': event.responseBytes,
    'http.request.id': event.requestId,
    'client.address': clientAddress,
    'client.ip': clientAddress !== undefined && isAddress.test(clientAddress) ? clientAddress : undefined,
    'user.id': principal === undefined ? undefined : plain(principal, lengthMax.id),
    'trace.id': trace?.traceId,
    'span.id': trace?.spanId,
    'transaction.id': trace?.spanId,
    'labels.route': event.route,
    'labels.grpc_method': event.method,
    'labels.grpc_status': codeName(event.code),
    'labels.refused_by': refused?.step,
    'event.reason': refused?.reason ?? event.reason,
  };
}

/** What the audit log says of a request that a step of the gate has refused. */
export function refusalFields(event: RequestEvent): Fields {
  const { step = '', reason = '' } = event.refused ?? {};
  return {
    ...auditFields,
    message: `${step} refused: ${reason}`,
    'event.action': step,
    'event.outcome': 'failure',
    ...requestFields(event),
  };
}

/** What it says of refusals that it has not written down: how many, by "step REASON". */
export function refusalsLeftFields(left: ReadonlyMap<string, number>, seconds: number): Fields {
  const sum = [...left.values()].reduce((all, count) => all + count, 0);
  return {
    ...auditFields,
    message: `${sum} further refusals in ${seconds} seconds`,
    'event.action': 'refusals-summed-up',
    'labels.not_written': [...left].map(([kind, count]) => `${kind} ${count}`),
  };
}

const auditFields = {
  'log.level': 'warn',
  'ecs.version': ecsVersion,
  'service.name': 'propylon',
  'event.dataset': 'propylon.audit',
  'event.kind': 'event',
  'event.category': ['web'],
  'event.type': ['access', 'denied'],
} as const;

/** Only what Elasticsearch takes for an address; the gateway has others, such as "unix". */
export const isAddress = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f:.]*:[\da-f:.]*)$/i;

/** What a line says of whatever was thrown, for operators: with its stack, which is what leads to a defect. */
export function errorFields(cause: unknown): Fields {
  if (cause === undefined) return {};
  if (!(cause instanceof Error)) return { 'error.message': safeText(textOf(cause), lengthMax.message) };
  return {
    'error.type': plain(cause.name, lengthMax.name),
    'error.message': safeText(cause.message, lengthMax.message),
    'error.stack_trace': cause.stack === undefined ? undefined : safeLines(cause.stack, lengthMax.stack),
  };
}

/** Whatever it is, being told of it must not throw. */
function textOf(cause: unknown): string {
  try {
    return String(cause);
  } catch {
    return 'something that has no text';
  }
}
