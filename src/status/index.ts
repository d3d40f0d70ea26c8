export { Code, type CodeName, canonicalCode, codeName, httpStatusOf } from './code.js';
export { badRequest, errorInfo, type FieldViolation, requestInfo } from './details.js';
export type { Metadata, MetadataEntry } from './metadata.js';
export type { Outcome } from './outcome.js';
export { type Reason, reasons } from './reason.js';
export type { AnyBytes, JsonDetail, Status } from './status.js';
export { statusBinary } from './status-binary.js';
export { StatusError, type StatusErrorOptions } from './status-error.js';
export { statusJson } from './status-json.js';
