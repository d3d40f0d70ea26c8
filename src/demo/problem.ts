import { status as codes, Metadata, type ServiceError } from '@grpc/grpc-js';
import type { Any } from '../../gen/ts/google/protobuf/any.js';
import {
  BadRequest,
  ErrorInfo,
  PreconditionFailure,
  QuotaFailure,
  ResourceInfo,
} from '../../gen/ts/google/rpc/error_details.js';
import { Status } from '../../gen/ts/google/rpc/status.js';

/** By which callers tell the shop's errors from anybody else's (AIP-193). */
const domain = 'shop.example.com';

/** What a handler throws to end its call with a status and google.rpc error details. */
export class Problem extends Error {
  override readonly name = 'Problem';
  constructor(
    readonly code: codes,
    message: string,
    readonly details: readonly Any[],
  ) {
    super(message);
  }
}

interface Encoder<T> {
  encode(message: T): { finish(): Uint8Array };
}

/** Packs a message into Any: `pack('google.rpc.ErrorInfo', ErrorInfo, …)`. */
export function pack<T>(typeName: string, type: Encoder<T>, message: T): Any {
  return {
    typeUrl: `type.googleapis.com/${typeName}`,
    value: Buffer.from(type.encode(message).finish()),
  };
}

function errorInfo(reason: string, metadata: Readonly<Record<string, string>> = {}): Any {
  return pack('google.rpc.ErrorInfo', ErrorInfo, { reason, domain, metadata: { ...metadata } });
}

/** INVALID_ARGUMENT about one field of the request, in proto names: `invalid('product.title', 'must not be empty')`. */
export function invalid(field: string, description: string): Problem {
  const badRequest = BadRequest.fromPartial({ fieldViolations: [{ field, description }] });
  return new Problem(codes.INVALID_ARGUMENT, `${field}: ${description}`, [
    errorInfo('FIELD_INVALID', { field }),
    pack('google.rpc.BadRequest', BadRequest, badRequest),
  ]);
}

/** NOT_FOUND: `notFound('shop.example.com/Product', 'products/x')`. */
export function notFound(resourceType: string, resourceName: string): Problem {
  return new Problem(codes.NOT_FOUND, `${resourceName} does not exist`, [
    errorInfo('RESOURCE_NOT_FOUND', { resource: resourceName }),
    pack(
      'google.rpc.ResourceInfo',
      ResourceInfo,
      ResourceInfo.fromPartial({
        resourceType,
        resourceName,
        description: 'It never existed or was removed.',
      }),
    ),
  ]);
}

/** ALREADY_EXISTS. */
export function alreadyExists(resourceType: string, resourceName: string): Problem {
  return new Problem(codes.ALREADY_EXISTS, `${resourceName} exists already`, [
    errorInfo('RESOURCE_EXISTS', { resource: resourceName }),
    pack('google.rpc.ResourceInfo', ResourceInfo, ResourceInfo.fromPartial({ resourceType, resourceName })),
  ]);
}

/** FAILED_PRECONDITION: the state of `subject` does not allow it. */
export function failedPrecondition(type: string, subject: string, description: string): Problem {
  return new Problem(codes.FAILED_PRECONDITION, `${subject}: ${description}`, [
    errorInfo(type, { subject }),
    pack(
      'google.rpc.PreconditionFailure',
      PreconditionFailure,
      PreconditionFailure.fromPartial({ violations: [{ type, subject, description }] }),
    ),
  ]);
}

/** ABORTED: the caller's etag is not that of the stored resource (AIP-154). */
export function etagMismatch(resourceName: string): Problem {
  return new Problem(codes.ABORTED, `${resourceName} was changed meanwhile: read it again`, [
    errorInfo('ETAG_MISMATCH', { resource: resourceName }),
  ]);
}

/** RESOURCE_EXHAUSTED: an in-memory store is full. */
export function full(subject: string, most: number): Problem {
  return new Problem(codes.RESOURCE_EXHAUSTED, `${subject} holds ${most} already`, [
    errorInfo('STORE_FULL', { subject }),
    pack(
      'google.rpc.QuotaFailure',
      QuotaFailure,
      QuotaFailure.fromPartial({ violations: [{ subject, description: `at most ${most}` }] }),
    ),
  ]);
}

/** A problem as google.rpc.Status, for answers that list failures. */
export function statusOf(problem: Problem): Status {
  return { code: problem.code, message: problem.message, details: [...problem.details] };
}

/** What grpc-js sends for anything thrown: a Problem with its details in the trailer, all else as a bare INTERNAL. */
export function serviceError(error: unknown): ServiceError {
  const problem =
    error instanceof Problem ? error : new Problem(codes.INTERNAL, 'the shop made a mistake', []);
  const metadata = new Metadata();
  if (problem.details.length > 0) {
    metadata.set('grpc-status-details-bin', Buffer.from(Status.encode(statusOf(problem)).finish()));
  }
  return Object.assign(new Error(problem.message), {
    code: problem.code,
    details: problem.message,
    metadata,
  });
}
