import type { Exchange, HeaderFields } from './exchange.js';

const onRead: HeaderFields = [['vary', 'accept, accept-encoding, x-goog-fieldmask']];

const onError: HeaderFields = [['vary', 'accept, x-goog-api-client']];

/** What else than the target decides on an answer that a cache may keep (RFC 9110 §12.5.5); nothing for the others. */
export function vary({ httpMethod }: Exchange): HeaderFields {
  return httpMethod === 'GET' || httpMethod === 'HEAD' ? onRead : [];
}

/** The same of an error, which a cache may keep too (RFC 9110 §15.1: 404 and others). */
export function varyOfError({ httpMethod }: Exchange): HeaderFields {
  return httpMethod === 'GET' || httpMethod === 'HEAD' ? onError : [];
}
