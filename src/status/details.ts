import type { Reason } from './reason.js';
import type { JsonDetail } from './status.js';

/** One entry of google.rpc.BadRequest: `field` is a path in the client's JSON names. */
export interface FieldViolation {
  readonly field: string;
  readonly description: string;
  /** What kind of rule is broken, for programs: "REQUIRED", "STRING_MIN_LEN". */
  readonly reason?: string;
}

/** google.rpc.BadRequest (google/rpc/error_details.proto). */
export function badRequest(fieldViolations: readonly FieldViolation[]): JsonDetail {
  return { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations };
}

/** google.rpc.ErrorInfo with the gateway's own domain, by which clients tell its errors from a backend's (AIP-193). */
export function errorInfo(reason: Reason, metadata?: Readonly<Record<string, string>>): JsonDetail {
  return {
    '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
    reason,
    domain: 'propylon',
    ...(metadata === undefined ? {} : { metadata }),
  };
}

/** google.rpc.RequestInfo: the id under which the log has the rest. */
export function requestInfo(requestId: string): JsonDetail {
  return { '@type': 'type.googleapis.com/google.rpc.RequestInfo', requestId };
}
