import { Code, type Outcome, reasons, StatusError } from '../status/index.js';
import { type Answer, bytesReply } from './answer.js';
import { answerFailure, failureOfOutcome } from './errors.js';
import { responseHeaders } from './response-headers.js';
import type { Run } from './run.js';

/**
 * The answer of a call with one response message: its HTTP body, or the error it ended with.
 * Throws StatusError UPSTREAM_PROTOCOL (HTTP 502) for OK without a message, and what the writer throws.
 */
export function messageAnswer(run: Run, outcome: Outcome): Answer {
  if (outcome.status.code !== Code.OK) return answerFailure(run, failureOfOutcome(outcome, run.names));
  if (outcome.message === undefined) {
    throw new StatusError(Code.UNAVAILABLE, 'UPSTREAM_PROTOCOL', reasons.UPSTREAM_PROTOCOL, {
      httpStatus: 502,
    });
  }
  const { response } = run.match.route;
  const { contentType, data } =
    response.kind === 'raw'
      ? response.raw(outcome.message)
      : { contentType: 'application/json', data: response.json(outcome.message) };
  const headers = [
    ...responseHeaders(outcome.metadata, run.names),
    ['x-request-id', run.requestId] as const,
    ['content-type', contentType] as const,
  ];
  return { reply: bytesReply(run.exchange, 200, headers, data), code: Code.OK };
}
