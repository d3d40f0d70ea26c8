import { createHash } from 'node:crypto';
import { fieldValues, firstField, listElements } from '../headers.js';
import type { Exchange, HeaderField, HeaderFields } from './exchange.js';

/**
 * Adds an ETag where the answer to a GET may be stored and has none: the backend's Cache-Control
 * says so. Weak, since the bytes differ between content codings.
 */
export function addEtag(exchange: Exchange, headers: HeaderField[], body: Uint8Array): void {
  if (!isRead(exchange) || firstField(headers, 'etag') !== undefined) return;
  const directives = listElements(headers, 'cache-control').map((directive) => directive.toLowerCase());
  if (directives.length === 0 || directives.includes('no-store')) return;
  const digest = createHash('sha256').update(body).digest('base64url').slice(0, 22);
  headers.push(['etag', `W/"${digest}"`]);
}

/** A backend's ETag as that of a compressed answer: strong ones differ between codings (RFC 9110 §8.8.3.3). */
export function withWeakEtag(headers: HeaderFields): HeaderFields {
  return headers.map(([name, value]) => [name, name === 'etag' ? `W/${opaqueTag(value)}` : value]);
}

/** Whether a GET or HEAD has what it asks for already: If-None-Match, compared weakly (RFC 9110 §13.1.2). */
export function isNotModified(exchange: Exchange, headers: HeaderFields): boolean {
  if (!isRead(exchange)) return false;
  const values = fieldValues(exchange.headers, 'if-none-match');
  const etag = values.length === 0 ? undefined : firstField(headers, 'etag');
  const known = values.join();
  if (known === '' || etag === undefined) return false;
  // A comma may be part of a tag (§8.8.3).
  const tags: readonly string[] = known.match(/"[^"]*"/g) ?? [];
  return known === '*' || tags.includes(opaqueTag(etag));
}

/** What a 304 keeps of the fields of its 200 (RFC 9110 §15.4.5), how old it is (RFC 9111 §4.3.4), and x-request-id. */
export function notModifiedHeaders(headers: HeaderFields): HeaderFields {
  return headers.filter(([name]) => kept.has(name));
}

const kept = new Set([
  'age',
  'cache-control',
  'cache-status',
  'content-location',
  'etag',
  'expires',
  'vary',
  'x-request-id',
]);

function isRead({ httpMethod }: Exchange): boolean {
  return httpMethod === 'GET' || httpMethod === 'HEAD';
}

function opaqueTag(tag: string): string {
  return tag.replace(/^W\//, '');
}
