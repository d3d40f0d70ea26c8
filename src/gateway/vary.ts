import type { Exchange, HeaderFields } from './exchange.js';

const onRead: HeaderFields = [['vary', 'accept, accept-encoding, x-goog-fieldmask']];

/** What else than the target decides on an answer that a cache may keep (RFC 9110 §12.5.5); nothing for the others. */
export function vary({ httpMethod }: Exchange): HeaderFields {
  return httpMethod === 'GET' || httpMethod === 'HEAD' ? onRead : [];
}
