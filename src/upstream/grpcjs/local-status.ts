import { Code } from '../../status/index.js';
import { type LocalStatus, localStatus, unprocessedStatus } from '../local-outcome.js';

const unavailable = localStatus(Code.UNAVAILABLE, 'UPSTREAM_UNAVAILABLE');
const unsent = unprocessedStatus(Code.UNAVAILABLE, 'UPSTREAM_UNAVAILABLE');
const brokenOff = 'The backend broke off the call.';
const tooLarge = localStatus(Code.RESOURCE_EXHAUSTED, 'UPSTREAM_MESSAGE_TOO_LARGE');
const garbage = localStatus(Code.INTERNAL, 'UPSTREAM_PROTOCOL');
const reset = localStatus(Code.INTERNAL, 'UPSTREAM_PROTOCOL', brokenOff);
const ours = localStatus(Code.INTERNAL, 'INTERNAL');

/**
 * The texts of @grpc/grpc-js 1.14 for statuses that it makes itself, and what each means to us.
 * RST_STREAM codes: gRPC over HTTP/2, "Errors".
 */
const texts: readonly (readonly [text: RegExp, status: LocalStatus])[] = [
  [/^Deadline exceeded after [\d.]+s/, localStatus(Code.DEADLINE_EXCEEDED, 'DEADLINE_EXCEEDED')],
  // No connection: balancers, resolvers, the channel.
  [/^(?:[a-z_]+: )?No connection established/, unsent],
  [/^Name resolution failed for target /, unsent],
  [/^Failed to parse (?:DNS|ipv4|ipv6) address /, unsent],
  [/^Channel closed before call started$/, unsent],
  // A connection that broke.
  [/^Connection dropped$/, unavailable],
  [/^(?:read|write|connect) E[A-Z]+/, unavailable],
  [/^Write error: /, unavailable],
  [/^Write failed with error /, unavailable],
  // A connection that was found broken when the call was to start.
  [/^Failed to start HTTP\/2 stream with error (?:The session|New streams|Cannot create call)/, unsent],
  // What is left of these is the fault of the request's metadata.
  [/^Failed to start HTTP\/2 stream with error /, ours],
  [/^"authorization" metadata cannot have multiple values$/, ours],
  // RST_STREAM: REFUSED_STREAM, CANCEL, ENHANCE_YOUR_CALM, INADEQUATE_SECURITY, the rest.
  [/^Stream refused by server$/, unsent],
  [/^Call cancelled$/, localStatus(Code.CANCELLED, 'UPSTREAM_PROTOCOL', brokenOff)],
  [
    /^Bandwidth exhausted or memory limit exceeded$/,
    localStatus(Code.RESOURCE_EXHAUSTED, 'UPSTREAM_PROTOCOL', brokenOff),
  ],
  [/^Protocol not secure enough$/, localStatus(Code.PERMISSION_DENIED, 'UPSTREAM_PROTOCOL', brokenOff)],
  [/^Received RST_STREAM with code \d+/, reset],
  // Messages.
  [/^Received message larger than max \(/, tooLarge],
  [/^Received message that decompresses to a size larger than /, tooLarge],
  [/^Failed to decompress (?:gzip|deflate)-encoded message$/, garbage],
];

/** What grpc-js says of a call that ended; `details` may be absent in spite of its types. */
export interface LibraryStatus {
  readonly code: number;
  readonly details: string | undefined;
  /** The status came with trailers of any name. */
  readonly hasTrailers: boolean;
  /** Response headers came before the status. */
  readonly hasHeaders: boolean;
  /** The content type of the answer, where there was one, is that of gRPC. */
  readonly isGrpc: boolean;
}

/**
 * Tells whether the library made a status itself, and what we say instead; undefined for a backend's own.
 *
 * grpc-js hands both out in one form. What can be relied upon: its own statuses carry no trailers,
 * except those for an answer without grpc-status; a backend's status without headers comes in a
 * Trailers-Only block, which has a content type at least; and texts are fixed for what is left. A backend
 * that says one of these very sentences after its headers, with no trailer beside it, is taken for the
 * library: its code stays, its text is lost.
 */
export function localStatusOf(status: LibraryStatus): LocalStatus | undefined {
  const { details } = status;
  // Errors of decompression that grpc-js rejects with plain Errors end up as a status of undefineds.
  if (details === undefined) return garbage;
  if (/^Received HTTP status code \d+$/.test(details) || details === 'No status information received') {
    return withoutGrpcStatus(status.code);
  }
  // Length prefixes read out of HTML or JSON say nothing: what matters is that it is not gRPC.
  if (!status.isGrpc) return withoutGrpcStatus(Code.UNKNOWN);
  if (status.hasTrailers || details === '') return undefined;
  const known = texts.find(([text]) => text.test(details));
  if (known !== undefined) return known[1];
  if (status.hasHeaders) return undefined;
  return status.code === Code.UNAVAILABLE ? unavailable : localStatus(Code.INTERNAL, 'UPSTREAM_PROTOCOL');
}

/** An answer that is plain HTTP; grpc-js maps its HTTP status to a code by "HTTP to gRPC Status Code Mapping". */
function withoutGrpcStatus(code: number): LocalStatus {
  return code === Code.UNAVAILABLE ? unavailable : localStatus(code, 'UPSTREAM_PROTOCOL');
}
