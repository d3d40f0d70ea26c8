import { Code, type Outcome, reasons, StatusError } from '../status/index.js';
import { type Answer, bytesReply } from './answer.js';
import { noBytes } from './bytes.js';
import { answerCoding } from './compress.js';
import { isNotModified, notModifiedHeaders, withEtag, withWeakEtag } from './conditional.js';
import { answerFailure, failureOfOutcome } from './errors.js';
import type { MessageFormat } from './negotiate.js';
import { responseHeaders } from './response-headers.js';
import type { Run } from './run.js';
import { trailing } from './trailers.js';
import { vary } from './vary.js';

/**
 * The answer of a call with one response message: its HTTP body, or the error it ended with.
 * `format` is undefined for an HttpBody.
 * Throws StatusError UPSTREAM_PROTOCOL (HTTP 502) for OK without a message, and what the writer throws.
 */
export async function messageAnswer(
  run: Run,
  outcome: Outcome,
  format: MessageFormat | undefined,
): Promise<Answer> {
  if (outcome.status.code !== Code.OK) return answerFailure(run, failureOfOutcome(outcome, run.names));
  if (outcome.message === undefined) {
    throw new StatusError(Code.INTERNAL, 'UPSTREAM_PROTOCOL', reasons.UPSTREAM_PROTOCOL, {
      httpStatus: 502,
    });
  }
  const { exchange } = run;
  const { contentType, data } =
    format === undefined
      ? run.match.route.response.raw(outcome.message)
      : { contentType: format.contentType, data: format.write(outcome.message) };
  const coding = answerCoding(exchange, contentType, data.length, run.limits.compressionBytesMin);
  const given = responseHeaders(outcome.metadata, run.names);
  const headers = withEtag(
    exchange,
    [
      ...(coding === undefined ? given : withWeakEtag(given)),
      ...vary(exchange),
      ['x-request-id', run.requestId] as const,
    ],
    data,
  );
  if (isNotModified(exchange, headers)) {
    return {
      reply: { httpStatus: 304, headers: notModifiedHeaders(headers), body: noBytes },
      code: Code.OK,
    };
  }
  const { headers: announcement, trailers } = trailing(run, 'message', () => ({
    ...outcome.status,
    trailers: outcome.trailers,
  }));
  const all = [
    ...headers,
    ...(coding === undefined ? [] : [['content-encoding', coding.name] as const]),
    ...announcement,
    ['content-type', contentType] as const,
  ];
  const body = coding === undefined ? data : await coding.whole(data);
  return { reply: { ...bytesReply(exchange, 200, all, body), trailers }, code: Code.OK };
}
