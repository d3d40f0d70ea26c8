import type { HeaderFields } from '../headers.js';
import {
  badRequest,
  Code,
  errorInfo,
  type FieldViolation,
  httpStatusOf,
  type JsonDetail,
  type Metadata,
  type Reason,
  requestInfo,
  type Status,
} from '../status/index.js';

/** A request that goes no further: a value, since a flood is made of them and a throw costs microseconds. */
export interface Refusal {
  readonly kind: 'refusal';
  readonly code: number;
  readonly reason: Reason;
  /** Written for the client. */
  readonly message: string;
  /** HTTP status where it differs from the code's own. */
  readonly httpStatus?: number | undefined;
  /** `WWW-Authenticate`, `Retry-After`. */
  readonly headers?: HeaderFields | undefined;
  /** `metadata` of the ErrorInfo. */
  readonly info?: Readonly<Record<string, string>> | undefined;
  /** Fields that are to blame, by the client's JSON names. */
  readonly violations?: readonly FieldViolation[] | undefined;
  /** Further details: QuotaFailure, RetryInfo. */
  readonly details?: readonly JsonDetail[] | undefined;
  /** For the log; never sent. */
  readonly cause?: unknown;
}

/**
 * What a call has come to with OK, before it is fitted to one client: not compressed, not yet
 * shortened by HEAD or 304, without the fields of the one request (x-request-id, vary).
 */
export interface GateReply {
  readonly kind: 'reply';
  /** 200, unless a step says otherwise. */
  readonly httpStatus: number;
  /** Of the backend's metadata, lower case, without content-type and content-length. */
  readonly headers: HeaderFields;
  readonly contentType: string;
  /** The bytes of the HTTP body in the format that the client asked for. */
  readonly body: Uint8Array;
  /** The body in content codings, by their names: filled as clients ask, where the reply is given more than once. */
  readonly codings?: Map<string, Promise<Uint8Array>> | undefined;
  /** Trailing metadata of the backend. */
  readonly trailers?: Metadata | undefined;
  /** The response message; undefined where the reply comes out of a store. */
  readonly binary?: Uint8Array | undefined;
}

/** A call that ended with an error, of the backend or on the way there. */
export interface GateFailure {
  readonly kind: 'failure';
  readonly status: Status;
  readonly httpStatus: number;
  readonly headers: HeaderFields;
  /** Where the error was made on our side. */
  readonly reason?: Reason | undefined;
  /** For the log; never sent. */
  readonly cause?: unknown;
}

export type GateAnswer = GateReply | GateFailure;

/** What a step says: nothing where the request may go on. */
export type Verdict = undefined | Refusal | GateReply;

/** A refusal with the code's own HTTP status. */
export function refusal(
  code: number,
  reason: Reason,
  message: string,
  more: Omit<Refusal, 'kind' | 'code' | 'reason' | 'message'> = {},
): Refusal {
  return { kind: 'refusal', code, reason, message, ...more };
}

/** A refusal as what a call has come to: for those who answer for many, and for steps around a call. */
export function failureOfRefusal(refused: Refusal, requestId: string): GateFailure {
  const { code, reason, message, headers = [], violations = [], info, details = [], cause } = refused;
  const fields = violations.length > 0 ? [badRequest(violations)] : [];
  const own = code === Code.INTERNAL ? [requestInfo(requestId)] : [];
  const status = { code, message, details: [...fields, errorInfo(reason, info), ...details, ...own] };
  const httpStatus = refused.httpStatus ?? httpStatusOf(code);
  return { kind: 'failure', status, httpStatus, headers, reason, cause };
}
