import { httpStatusOf } from './code.js';
import { badRequest, errorInfo, type FieldViolation } from './details.js';
import type { Reason } from './reason.js';
import type { JsonDetail, Status } from './status.js';

export interface StatusErrorOptions {
  /** HTTP status where it differs from the code's own, such as 413 for RESOURCE_EXHAUSTED. */
  readonly httpStatus?: number | undefined;
  readonly violations?: readonly FieldViolation[] | undefined;
  /** Response header fields: `Allow`, `Retry-After`, `WWW-Authenticate`. */
  readonly headers?: readonly (readonly [name: string, value: string])[] | undefined;
  /** Further details, after BadRequest and ErrorInfo. */
  readonly details?: readonly JsonDetail[] | undefined;
  /** `metadata` of the ErrorInfo. */
  readonly info?: Readonly<Record<string, string>> | undefined;
  /** For the log; never sent. */
  readonly cause?: unknown;
}

/**
 * The one error of the request path: a canonical code, a reason from a closed set, and a message
 * written for the client. Details are built on demand, since most are never read twice.
 */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly code: number;
  readonly reason: Reason;
  readonly httpStatus: number;
  readonly violations: readonly FieldViolation[];
  readonly headers: readonly (readonly [string, string])[];
  readonly #details: readonly JsonDetail[];
  readonly #info: Readonly<Record<string, string>> | undefined;

  constructor(code: number, reason: Reason, message: string, options: StatusErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.reason = reason;
    this.httpStatus = options.httpStatus ?? httpStatusOf(code);
    this.violations = options.violations ?? [];
    this.headers = options.headers ?? [];
    this.#details = options.details ?? [];
    this.#info = options.info;
  }

  /**
   * The same error where what was read is the value of `field`: violations begin with its name,
   * and one without any field is the field's own. "[1].n" → "items[1].n"
   */
  within(field: string): StatusError {
    const { code, reason, message, httpStatus, headers, cause } = this;
    const own = reason === 'BODY_FIELD' ? [{ field: '', description: message }] : [];
    const violations = (this.violations.length > 0 ? this.violations : own).map((violation) => ({
      ...violation,
      field: `${field}${violation.field === '' || violation.field.startsWith('[') ? '' : '.'}${violation.field}`,
    }));
    const [details, info] = [this.#details, this.#info];
    return new StatusError(code, reason, message, { httpStatus, violations, headers, details, info, cause });
  }

  /** The status body of this error: BadRequest where fields are named, ErrorInfo, then what else there is. */
  toStatus(): Status {
    const fields = this.violations.length > 0 ? [badRequest(this.violations)] : [];
    const details = [...fields, errorInfo(this.reason, this.#info), ...this.#details];
    return { code: this.code, message: this.message, details };
  }
}
