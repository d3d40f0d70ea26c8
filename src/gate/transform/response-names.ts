import { mayCross } from '../../crossing-names.js';

/** What the gateway says of its answers, and nobody else: what has been decided by it would not hold any more. */
const ownNames = new Set(['date', 'etag', 'vary', 'x-request-id', 'www-authenticate', 'idempotent-replayed']);

/** Whether a policy may change header fields of answers that have this name, in lower case. */
export function mayChangeInResponse(name: string): boolean {
  return mayCross(name) && !ownNames.has(name) && !name.startsWith('access-control-');
}
