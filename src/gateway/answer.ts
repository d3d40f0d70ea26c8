import { Code, type Reason } from '../status/index.js';
import { noBytes } from './bytes.js';
import type { Exchange, HeaderFields, Reply } from './exchange.js';

/** A reply with what only the log wants to know about it. */
export interface Answer {
  readonly reply: Reply;
  /** Canonical code; of a stream, the code so far. */
  readonly code: number;
  readonly cause?: unknown;
  /** Why the gateway answers with an error. */
  readonly reason?: Reason | undefined;
}

/** What of a body is sent. HEAD keeps every header field, content-length too, and drops the bytes (RFC 9110 §9.3.2). */
export function bodyFor({ httpMethod }: Exchange, body: Uint8Array): Uint8Array {
  return httpMethod === 'HEAD' ? noBytes : body;
}

/** A reply of known bytes. */
export function bytesReply(
  exchange: Exchange,
  httpStatus: number,
  headers: HeaderFields,
  body: Uint8Array,
  trailers?: Reply['trailers'],
): Reply {
  return {
    httpStatus,
    headers: headers.concat([['content-length', String(body.length)]]),
    body: bodyFor(exchange, body),
    trailers,
  };
}

/** 204, which has neither body nor content-length (RFC 9110 §8.6). */
export function emptyAnswer(headers: HeaderFields): Answer {
  return { reply: { httpStatus: 204, headers, body: noBytes }, code: Code.OK };
}
