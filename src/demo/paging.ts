import { createHash } from 'node:crypto';
import { invalid } from './problem.js';

const defaultSize = 20;
/** More are cut to this, as AIP-158 wants it. */
const largestSize = 100;

/** The fields that List requests share. */
interface PageRequest {
  pageSize: number;
  pageToken: string;
}

/** A page, ready to be spread into a List response. */
export interface Page<T> {
  readonly items: T[];
  readonly nextPageToken: string;
  readonly totalSize: number;
}

/**
 * Cuts one page out of all results (AIP-158). The token is opaque to callers: where to go on, and a digest of the
 * rest of the request, which must be the same for the next page.
 *
 * Throws INVALID_ARGUMENT for a negative size, a token that is none, and a token of another query.
 */
export function paginate<T, Q extends PageRequest>(
  items: readonly T[],
  request: Q,
  type: { encode(message: Q): { finish(): Uint8Array } },
): Page<T> {
  if (request.pageSize < 0) throw invalid('page_size', 'must not be negative');
  const size = Math.min(request.pageSize === 0 ? defaultSize : request.pageSize, largestSize);
  const query = type.encode({ ...request, pageSize: 0, pageToken: '' }).finish();
  const digest = createHash('sha256').update(query).digest().subarray(0, 8);
  const start = request.pageToken === '' ? 0 : readToken(request.pageToken, digest);
  const end = start + size;
  return {
    items: items.slice(start, end),
    nextPageToken: end < items.length ? writeToken(end, digest) : '',
    totalSize: items.length,
  };
}

// Token = base64url(digest (8 bytes) offset (4 bytes, big endian))
function writeToken(offset: number, digest: Uint8Array): string {
  const bytes = Buffer.alloc(12);
  bytes.set(digest);
  bytes.writeUInt32BE(offset, 8);
  return bytes.toString('base64url');
}

function readToken(token: string, digest: Uint8Array): number {
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.length !== 12) throw invalid('page_token', 'is not a token that an earlier page gave');
  if (!bytes.subarray(0, 8).equals(digest)) {
    throw invalid('page_token', 'belongs to a query with other conditions');
  }
  return bytes.readUInt32BE(8);
}
