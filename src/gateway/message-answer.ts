import type { GateAnswer, GateReply } from '../gate/index.js';
import { Code, type Outcome, reasons, StatusError } from '../status/index.js';
import { type Answer, bytesReply } from './answer.js';
import { noBytes } from './bytes.js';
import { answerCoding, type Coding } from './compress.js';
import { isNotModified, notModifiedHeaders, withEtag, withWeakEtag } from './conditional.js';
import { answerFailure, failureOf, failureOfOutcome } from './errors.js';
import type { MessageFormat } from './negotiate.js';
import { responseHeaders } from './response-headers.js';
import type { Run } from './run.js';
import { trailing } from './trailers.js';
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
  const headers = withEtag(
    exchange,
    [
      ...(coding === undefined ? reply.headers : withWeakEtag(reply.headers)),
      ...vary(exchange),
      ['x-request-id', run.requestId] as const,
    ],
    data,
  );
  if (httpStatus === 200 && isNotModified(exchange, headers)) {
    return {
      reply: { httpStatus: 304, headers: notModifiedHeaders(headers), body: noBytes },
      code: Code.OK,
    };
  }
  // RFC 9110 §15.3.5: no content, and nothing that describes it.
  if (httpStatus === 204) return { reply: { httpStatus, headers, body: noBytes }, code: Code.OK };
  const { headers: announcement, trailers } = trailing(run, false, () => ({
    code: Code.OK,
    message: '',
    trailers: reply.trailers ?? [],
  }));
  const all = [
    ...headers,
    ...(coding === undefined ? [] : [['content-encoding', coding.name] as const]),
    ...announcement,
    ['content-type', contentType] as const,
  ];
  const answer = (body: Uint8Array): Answer => ({
    reply: { ...bytesReply(exchange, httpStatus, all, body), trailers },
    code: Code.OK,
  });
  return coding === undefined ? answer(data) : coded(reply, coding).then(answer);
}

/** What is given more than once is compressed once. */
function coded({ body, codings }: GateReply, coding: Coding): Promise<Uint8Array> {
  const known = codings?.get(coding.name);
  if (known !== undefined) return known;
  const made = coding.whole(body);
  codings?.set(coding.name, made);
  return made;
}
