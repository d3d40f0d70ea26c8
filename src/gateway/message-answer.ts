import type { GateAnswer, GateReply } from '../gate/index.js';
import { Code, type Outcome, reasons, StatusError } from '../status/index.js';
import { type Answer, bodyFor } from './answer.js';
import { noBytes } from './bytes.js';
import { answerCoding, type Coding } from './compress.js';
import { addEtag, isNotModified, notModifiedHeaders, withWeakEtag } from './conditional.js';
import { answerFailure, failureOf, failureOfOutcome } from './errors.js';
import type { Exchange, HeaderField, Reply } from './exchange.js';
import type { MessageFormat } from './negotiate.js';
import { responseHeaders } from './response-headers.js';
import type { Run } from './run.js';
import { noTrailers, type Trailing, trailing } from './trailers.js';
import { vary } from './vary.js';

/**
 * What a call with one response message has come to, in the client's format but not yet fitted to
 * its other wishes. `format` is undefined for an HttpBody. OK without a message, and a message that
 * cannot be written, are failures.
 */
export function gateAnswerOf(run: Run, outcome: Outcome, format: MessageFormat | undefined): GateAnswer {
  if (outcome.status.code !== Code.OK) return { kind: 'failure', ...failureOfOutcome(outcome, run.names) };
  const { message: binary } = outcome;
  if (binary === undefined) {
    const error = new StatusError(Code.INTERNAL, 'UPSTREAM_PROTOCOL', reasons.UPSTREAM_PROTOCOL, {
      httpStatus: 502,
    });
    return { kind: 'failure', ...failureOf(error, run.requestId) };
  }
  try {
    const { contentType, data: body } =
      format === undefined
        ? run.match.route.response.raw(binary)
        : { contentType: format.contentType, data: format.write(binary) };
    const headers = responseHeaders(outcome.metadata, run.names);
    return { kind: 'reply', httpStatus: 200, headers, contentType, body, binary, trailers: outcome.trailers };
  } catch (error) {
    return { kind: 'failure', ...failureOf(error, run.requestId) };
  }
}

/** An answer as its client takes it: conditional, compressed, or the error's own form. */
export function finishAnswer(run: Run, answer: GateAnswer): Answer | Promise<Answer> {
  return answer.kind === 'failure' ? answerFailure(run, answer) : finishReply(run, answer);
}

/** Only what must be compressed makes anybody wait. */
function finishReply(run: Run, reply: GateReply): Answer | Promise<Answer> {
  const { exchange } = run;
  const { contentType, body: data, httpStatus } = reply;
  const coding = answerCoding(exchange, contentType, data.length, run.limits.compressionBytesMin);
  const given = coding === undefined ? reply.headers : withWeakEtag(reply.headers);
  // One list that grows: each copy of it would cost as much as making it.
  const own: HeaderField[] = [];
  for (const field of given) own.push(field);
  for (const field of vary(exchange)) own.push(field);
  own.push(['x-request-id', run.requestId]);
  addEtag(exchange, own, data);
  if (httpStatus === 200 && isNotModified(exchange, own)) {
    return {
      reply: { httpStatus: 304, headers: notModifiedHeaders(own), body: noBytes },
      code: Code.OK,
    };
  }
  // RFC 9110 §15.3.5: no content, and nothing that describes it.
  if (httpStatus === 204) return { reply: { httpStatus, headers: own, body: noBytes }, code: Code.OK };
  const { headers: announcement, trailers } = exchange.trailersAccepted ? trailersOf(run, reply) : noTrailers;
  if (coding !== undefined) own.push(['content-encoding', coding.name]);
  for (const field of announcement) own.push(field);
  own.push(['content-type', contentType]);
  return coding === undefined
    ? answerOf(exchange, httpStatus, own, data, trailers)
    : coded(reply, coding).then((body) => answerOf(exchange, httpStatus, own, body, trailers));
}

/** Apart: what a closure is made of costs those that have none too. */
function trailersOf(run: Run, { trailers = [] }: GateReply): Trailing {
  return trailing(run, false, () => ({ code: Code.OK, message: '', trailers }));
}

function answerOf(
  exchange: Exchange,
  httpStatus: number,
  headers: HeaderField[],
  body: Uint8Array,
  trailers: Reply['trailers'],
): Answer {
  headers.push(['content-length', String(body.length)]);
  return { reply: { httpStatus, headers, body: bodyFor(exchange, body), trailers }, code: Code.OK };
}

/** What is given more than once is compressed once. */
function coded({ body, codings }: GateReply, coding: Coding): Promise<Uint8Array> {
  const known = codings?.get(coding.name);
  if (known !== undefined) return known;
  const made = coding.whole(body);
  codings?.set(coding.name, made);
  return made;
}
