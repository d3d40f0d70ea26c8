import { hash } from 'node:crypto';
import type { HeaderFields } from '../../headers.js';
import { traceFieldNames } from '../../trace-fields.js';
import type { GateReply } from '../verdict.js';
import type { Lifetime } from './freshness.js';

/** An answer as it is stored: complete but for what is of one request. */
export interface StoredAnswer {
  readonly contentType: string;
  /** With Cache-Control, Vary and, for a read, a strong ETag. */
  readonly headers: HeaderFields;
  readonly body: Uint8Array;
  /** Wall-clock milliseconds. */
  readonly storedAt: number;
  readonly lifetime: Lifetime;
}

/** What is said of all answers of a method. */
export interface AnswerRules {
  /** Whether caches of others may have it too: nobody needs permission to get it. */
  readonly isPublic: boolean;
  /** Whether it answers a GET, so that clients may ask whether it has changed. */
  readonly isGet: boolean;
}

/** Fields of one answer only, and those that are made anew for each; a policy of other caches is ours to say. */
const fieldsOfOne = new Set([
  ...traceFieldNames,
  'age',
  'authentication-info',
  'cache-control',
  'cache-status',
  'clear-site-data',
  'connection',
  'date',
  'expires',
  'pragma',
  'preference-applied',
  'proxy-authenticate',
  'proxy-authentication-info',
  'retry-after',
  'server-timing',
  'set-cookie',
  'vary',
  'via',
  'warning',
  'www-authenticate',
  'x-request-id',
]);
const prefixesOfOne = ['access-control-', 'ratelimit', 'x-ratelimit', 'x-b3-'];

/** Whether a header field says the same to whoever gets the answer later. */
export function isStoredField(name: string): boolean {
  return !fieldsOfOne.has(name) && !prefixesOfOne.some((prefix) => name.startsWith(prefix));
}

/** A reply → what is stored of it. Bytes are copied: a reply may be a view of something large. */
export function storedAnswer(
  reply: GateReply,
  lifetime: Lifetime,
  { isPublic, isGet }: AnswerRules,
  varied: readonly string[],
  storedAt: number,
): StoredAnswer {
  const { contentType } = reply;
  const body = Uint8Array.from(reply.body);
  const headers = reply.headers.filter(([name]) => isStoredField(name));
  const hasEtag = !isGet || headers.some(([name]) => name === 'etag');
  const cacheControl = [
    isPublic ? 'public' : 'private',
    `max-age=${Math.floor(lifetime.freshMs / 1_000)}`,
    ...(lifetime.mustRevalidate ? ['must-revalidate'] : []),
  ].join(', ');
  const own: HeaderFields = [
    ...headers,
    ...(hasEtag ? [] : [['etag', strongEtag(contentType, body)] as const]),
    ['cache-control', cacheControl],
    ...(varied.length === 0 ? [] : [['vary', varied.join(', ')] as const]),
  ];
  return { contentType, headers: own, body, storedAt, lifetime };
}

/** RFC 9110 §8.8.3: of the bytes and of what they are taken for. */
function strongEtag(contentType: string, body: Uint8Array): string {
  const digest = hash('sha256', Buffer.concat([Buffer.from(`${contentType}\n`), body]), 'base64url');
  return `"${digest.slice(0, 27)}"`;
}
