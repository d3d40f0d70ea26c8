import { Code, codeName, type Metadata } from '../status/index.js';
import type { Answer } from './answer.js';
import { joinBytes, noBytes } from './bytes.js';
import { streamCoding } from './compress.js';
import { streamError } from './error-body.js';
import { answerFailure, type Failure, failureOf } from './errors.js';
import type { Framing, StreamError } from './framing/framing.js';
import { rawFraming } from './framing/raw.js';
import type { LiveStream } from './live-stream.js';
import type { StreamFormat } from './negotiate.js';
import { responseHeaders } from './response-headers.js';
import type { Run } from './run.js';
import { through } from './through.js';
import { type End, trailing } from './trailers.js';
import { vary } from './vary.js';
import { late, within } from './within.js';

/** A response stream between its first message and its last. */
interface Pump {
  readonly run: Run;
  readonly stream: LiveStream;
  readonly format: StreamFormat;
  /** What goes out first: the opening of the framing, with the first message where it is known. */
  readonly head: Uint8Array;
  /** The message that is being waited for already, if any. */
  readonly pending: Promise<Uint8Array | undefined> | undefined;
  /** Releases everything and tells the log. Idempotent. */
  readonly finish: (code: number, cause?: unknown) => void;
  /** Keeps for the trailers how the body ended. */
  readonly ended: (end: End) => void;
}

/** A gateway that goes sends its clients elsewhere, over this time, so that they do not all arrive at once. */
const comeBackMsDefault = 1_000;

/**
 * Answers with the messages of a call. Waits for the first one, or for the end, so that an early
 * error has a real HTTP status; a framing that may goes out after `streamHeadersFlushMs` of silence.
 *
 * `format` is undefined for HttpBody, whose first message gives the content type. The stream is
 * released by whoever throws, or when its body has ended.
 */
export async function streamAnswer(
  run: Run,
  stream: LiveStream,
  format: StreamFormat | undefined,
): Promise<Answer> {
  let metadata: Metadata = [];
  void stream.call.headers.then((received) => {
    metadata = received;
  });
  const first = stream.next();
  const early = format?.framing.flushesEarly
    ? await within((fire) => run.clock.after(run.limits.streamHeadersFlushMs, fire), first)
    : await first;
  if (early === late) return begin(run, stream, format ?? rawFormat(run, ''), metadata, noBytes, first);
  // Trailers-only answers have no leading metadata to wait for, every other one has sent it before.
  metadata = await stream.call.headers;
  if (early !== undefined) {
    const known = format ?? rawFormat(run, run.match.route.response.raw(early).contentType);
    return begin(run, stream, known, metadata, itemOf(run, known, early), undefined);
  }
  const failure = await stream.failure();
  // An EventSource comes again after a stream that ends, and never after an error instead of one.
  if (failure === undefined || (failure.reason === 'SHUTTING_DOWN' && reconnects(format))) {
    return begin(run, stream, format ?? rawFormat(run, 'application/octet-stream'), metadata, noBytes, first);
  }
  stream.release();
  return answerFailure(run, failure);
}

function begin(
  run: Run,
  stream: LiveStream,
  format: StreamFormat,
  metadata: Metadata,
  firstItem: Uint8Array,
  pending: Promise<Uint8Array | undefined> | undefined,
): Answer {
  const { exchange, requestId } = run;
  const { contentType } = format.framing;
  const coding = streamCoding(exchange, contentType);
  let end: End | undefined;
  const { headers: announcement, trailers } = trailing(run, endsWell(run, format.framing), () => end);
  const headers = [
    ...responseHeaders(metadata, run.names),
    ...vary(exchange),
    ['x-request-id', requestId] as const,
    ...(coding?.headers ?? []),
    ...announcement,
    ['content-type', contentType] as const,
  ];
  if (exchange.httpMethod === 'HEAD') {
    stream.release();
    return { reply: { httpStatus: 200, headers, body: noBytes }, code: Code.OK };
  }
  const gone = (): void => finish(Code.CANCELLED);
  const finish = (code: number, cause?: unknown): void => {
    exchange.signal.removeEventListener('abort', gone);
    stream.release();
    run.end(200, code, cause);
  };
  exchange.signal.addEventListener('abort', gone);
  if (exchange.signal.aborted) gone();
  const head = joinBytes([format.framing.open(), firstItem].filter((part) => part.length > 0));
  const ended = (how: End): void => {
    end = how;
  };
  const plain = released(chunks({ run, stream, format, head, pending, finish, ended }), gone);
  const body = coding === undefined ? plain : released(through(plain, coding.transform, 'finish'), gone);
  return { reply: { httpStatus: 200, headers, body, trailers }, code: Code.OK };
}

/** The response body: one chunk per message, made when it is asked for. Throws after a failure, to cut the body. */
async function* chunks({
  run,
  stream,
  format,
  head,
  pending,
  finish,
  ended,
}: Pump): AsyncGenerator<Uint8Array> {
  const { framing } = format;
  let failure: Failure | undefined;
  const sent = (bytes: Uint8Array): Uint8Array => {
    run.traffic.responseBytes += bytes.length;
    return bytes;
  };
  try {
    if (head.length > 0) yield sent(head);
    let waiting = pending ?? stream.next();
    for (;;) {
      const message = await orHeartbeat(run, framing, waiting);
      if (message === undefined) break;
      if (message === late) {
        yield sent(framing.heartbeat ?? noBytes);
        continue;
      }
      yield sent(itemOf(run, format, message));
      waiting = stream.next();
    }
    failure = await stream.failure();
  } catch (error) {
    failure = failureOf(error, run.requestId);
  }
  const last = failure === undefined ? framing.close() : framing.fail(streamErrorOf(run, failure));
  const { code, message } = failure?.status ?? { code: Code.OK, message: '' };
  // It may not get there; what ends the request says how large the body was all the same.
  sent(last);
  finish(code, failure?.cause);
  ended({ code, message, trailers: (await stream.call.outcome).trailers });
  if (last.length > 0) yield last;
  // An error that the body could not tell of must not be lost, whatever the end is to look like.
  const isTold = endsWell(run, framing) && last.length > 0;
  if (failure !== undefined && !isTold) throw new Error(`The stream ended with ${codeName(code)}.`);
}

/**
 * Whether a body that has told of an error is ended instead of cut. Clients that connect again by
 * themselves do so after either, and a browser under load drops what it holds of a body that breaks.
 */
function endsWell({ streamRules }: Run, { reconnects }: Framing): boolean {
  return streamRules.cleanEnd || reconnects;
}

function orHeartbeat<T>(run: Run, framing: Framing, work: Promise<T>): Promise<T | typeof late> {
  return framing.heartbeat === undefined ? work : within((fire) => run.heartbeats.after(fire), work);
}

function itemOf({ match }: Run, { framing, write }: StreamFormat, message: Uint8Array): Uint8Array {
  return framing.item(write(message), framing.takesIds ? match.route.eventId(message) : undefined);
}

/** An HttpBody: its bytes, one piece after the other. */
function rawFormat({ match }: Run, contentType: string): StreamFormat {
  return {
    framing: rawFraming(contentType),
    write: (message) => match.route.response.raw(message).data,
  };
}

function streamErrorOf({ surface, exchange, streamRules }: Run, failure: Failure): StreamError {
  const { httpStatus, status, reason } = failure;
  const retryMs = streamRules.sseRetryMs ?? comeBackMsDefault;
  const comeBackMs = reason === 'SHUTTING_DOWN' ? Math.round(retryMs * (1 + Math.random())) : undefined;
  return { ...streamError(surface, exchange, httpStatus, status), comeBackMs };
}

/** Whether clients of a format connect again by themselves; HttpBody has no format. */
export function reconnects(format: StreamFormat | undefined): boolean {
  return format?.framing.reconnects ?? false;
}

/** A generator that was never started runs no `finally`; this one is released by `return` all the same. */
function released(generator: AsyncGenerator<Uint8Array>, release: () => void): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => generator.next(),
      return: () => {
        release();
        return generator.return(undefined);
      },
    }),
  };
}
