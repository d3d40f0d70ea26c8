import { Code } from '../../status/index.js';
import { type LocalStatus, localStatus, unprocessedStatus } from '../local-outcome.js';
import { ErrorCode } from './error-code.js';

/** The backend cannot be reached, or no longer. */
export const unavailable = localStatus(Code.UNAVAILABLE, 'UPSTREAM_UNAVAILABLE');
/** The same before anything was sent, or where the server says that it did nothing. */
export const unprocessed = unprocessedStatus(Code.UNAVAILABLE, 'UPSTREAM_UNAVAILABLE');
export const shuttingDown = localStatus(Code.UNAVAILABLE, 'SHUTTING_DOWN');
export const deadlineExceeded = localStatus(Code.DEADLINE_EXCEEDED, 'DEADLINE_EXCEEDED');
export const cancelled = localStatus(Code.CANCELLED, 'CLIENT_CLOSED');
export const tooLarge = localStatus(Code.RESOURCE_EXHAUSTED, 'UPSTREAM_MESSAGE_TOO_LARGE');
/** The answer breaks a rule of HTTP/2 or gRPC. */
export const garbage = localStatus(Code.INTERNAL, 'UPSTREAM_PROTOCOL');
/** The connection had to be given up for what the backend sent on it, on this stream or another. */
export const brokenConnection = localStatus(Code.UNAVAILABLE, 'UPSTREAM_PROTOCOL');
/** Metadata that cannot be sent should not have come this far. */
export const ourFault = localStatus(Code.INTERNAL, 'INTERNAL');
/** Metadata beyond the backend's SETTINGS_MAX_HEADER_LIST_SIZE. */
export const headersTooLarge = localStatus(Code.RESOURCE_EXHAUSTED, 'HEADERS_TOO_LARGE');

const brokenOff = 'The backend broke off the call.';
const brokenOffBy = (code: number): LocalStatus => localStatus(code, 'UPSTREAM_PROTOCOL', brokenOff);
const reset = brokenOffBy(Code.INTERNAL);
const resets: Readonly<Partial<Record<number, LocalStatus>>> = {
  [ErrorCode.REFUSED_STREAM]: unavailable,
  [ErrorCode.CANCEL]: brokenOffBy(Code.CANCELLED),
  [ErrorCode.ENHANCE_YOUR_CALM]: brokenOffBy(Code.RESOURCE_EXHAUSTED),
  [ErrorCode.INADEQUATE_SECURITY]: brokenOffBy(Code.PERMISSION_DENIED),
};

/** What RST_STREAM means for a call (gRPC over HTTP/2, "Errors"). */
export function statusOfReset(errorCode: number): LocalStatus {
  return resets[errorCode] ?? reset;
}

const notGrpc = (code: number): LocalStatus => localStatus(code, 'UPSTREAM_PROTOCOL');
const unknown = notGrpc(Code.UNKNOWN);
const httpStatuses: Readonly<Partial<Record<number, LocalStatus>>> = {
  400: notGrpc(Code.INTERNAL),
  401: notGrpc(Code.UNAUTHENTICATED),
  403: notGrpc(Code.PERMISSION_DENIED),
  404: notGrpc(Code.UNIMPLEMENTED),
  429: unavailable,
  502: unavailable,
  503: unavailable,
  504: unavailable,
};

/** What an answer without grpc-status means (grpc, "HTTP to gRPC Status Code Mapping"). */
export function statusOfHttp(httpStatus: number): LocalStatus {
  return httpStatuses[httpStatus] ?? unknown;
}
