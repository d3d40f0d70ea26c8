import type { GateFailure } from '../gate/index.js';
import {
  Code,
  canonicalCode,
  errorInfo,
  httpStatusOf,
  type Outcome,
  type Reason,
  reasons,
  requestInfo,
  type Status,
  StatusError,
} from '../status/index.js';
import type { Surface } from '../surface/index.js';
import { type Answer, bytesReply } from './answer.js';
import { errorBody } from './error-body.js';
import type { Exchange, HeaderFields } from './exchange.js';
import type { MetadataNames } from './metadata-rules.js';
import { responseHeaders } from './response-headers.js';
import { retryAfterSeconds } from './retry-info.js';
import { varyOfError } from './vary.js';

/** Whatever went wrong, as a client may read it. */
export type Failure = Omit<GateFailure, 'kind'>;

/** Failures made on our side of a backend connection, where HTTP has another word for it than for the code. */
const localHttpStatus: Readonly<Partial<Record<Reason, number>>> = {
  UPSTREAM_MESSAGE_TOO_LARGE: 502,
  UPSTREAM_PROTOCOL: 502,
  BODY_TOO_LARGE: 413,
  HEADERS_TOO_LARGE: 431,
  UPSTREAM_UNAVAILABLE: 503,
  UPSTREAM_CIRCUIT_OPEN: 503,
  SHUTTING_DOWN: 503,
  DEADLINE_EXCEEDED: 504,
  CLIENT_CLOSED: 499,
};

/**
 * Anything thrown → a failure. What is not a StatusError is a defect of ours: the client gets a
 * fixed text and the id under which the log has the rest.
 */
export function failureOf(error: unknown, requestId: string): Failure {
  if (!(error instanceof StatusError)) {
    const details = [errorInfo('INTERNAL'), requestInfo(requestId)];
    const status = { code: Code.INTERNAL, message: reasons.INTERNAL, details };
    return { status, httpStatus: 500, headers: [], reason: 'INTERNAL', cause: error };
  }
  const status = error.toStatus();
  const { httpStatus, headers, reason, cause } = error;
  if (error.code !== Code.INTERNAL) return { status, httpStatus, headers, reason, cause };
  const details = [...status.details, requestInfo(requestId)];
  return { status: { ...status, details }, httpStatus, headers, reason, cause: cause ?? error };
}

/** A call that did not end with OK → a failure; ErrorInfo only where the status was made on our side. */
export function failureOfOutcome(outcome: Outcome, names: MetadataNames): Failure {
  const { localReason, metadata, trailers } = outcome;
  const code = canonicalCode(outcome.status.code);
  const details = [...outcome.status.details, ...(localReason === undefined ? [] : [errorInfo(localReason)])];
  const leading = responseHeaders(metadata, names);
  // Servers put what belongs to an error behind it; nothing has been answered yet.
  const trailing = responseHeaders(trailers, names).filter(
    ([name]) => !leading.some(([known]) => known === name),
  );
  const headers = [...leading, ...trailing];
  return {
    status: { code, message: outcome.status.message, details },
    httpStatus: (localReason === undefined ? undefined : localHttpStatus[localReason]) ?? httpStatusOf(code),
    headers: [...headers, ...retryAfter(code, outcome.status, headers)],
  };
}

function retryAfter(code: number, status: Status, headers: HeaderFields): HeaderFields {
  if (code !== Code.RESOURCE_EXHAUSTED && code !== Code.UNAVAILABLE) return [];
  if (headers.some(([name]) => name === 'retry-after')) return [];
  const seconds = retryAfterSeconds(status);
  return seconds === undefined ? [] : [['retry-after', String(seconds)]];
}

/** What an answer is made for. */
export interface AnswerContext {
  readonly surface: Surface;
  readonly exchange: Exchange;
  readonly requestId: string;
}

/** A failure as the reply to a request of which nothing has been answered yet. */
export function answerFailure({ surface, exchange, requestId }: AnswerContext, failure: Failure): Answer {
  const { status, httpStatus, cause, reason } = failure;
  const { contentType, bytes } = errorBody(surface, exchange, httpStatus, status);
  const headers = [
    ...failure.headers,
    ...challenge(httpStatus, failure.headers),
    ...varyOfError(exchange),
    ['x-request-id', requestId] as const,
    ['content-type', contentType] as const,
  ];
  return { reply: bytesReply(exchange, httpStatus, headers, bytes), code: status.code, cause, reason };
}

/** RFC 9110 §15.5.2: 401 comes with a challenge. Never made from a backend's message, which could hold anything. */
function challenge(httpStatus: number, headers: HeaderFields): HeaderFields {
  const isGiven = headers.some(([name]) => name.toLowerCase() === 'www-authenticate');
  return httpStatus === 401 && !isGiven ? [['www-authenticate', 'Bearer']] : [];
}
