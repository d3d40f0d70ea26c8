import { Code, codeName, type Metadata } from '../status/index.js';
import type { Answer } from './answer.js';
import { joinBytes, noBytes } from './bytes.js';
import { answerFailure, type Failure, failureOf } from './errors.js';
import type { Framing } from './framing/framing.js';
import { rawFraming } from './framing/raw.js';
import type { LiveStream } from './live-stream.js';
import { responseHeaders } from './response-headers.js';
import type { Run } from './run.js';
import { late, within } from './within.js';

/** A response stream between its first message and its last. */
interface Pump {
  readonly run: Run;
  readonly stream: LiveStream;
  readonly framing: Framing;
  /** What goes out first: the opening of the framing, with the first message where it is known. */
  readonly head: Uint8Array;
  /** The message that is being waited for already, if any. */
  readonly pending: Promise<Uint8Array | undefined> | undefined;
  /** Releases everything and tells the log. Idempotent. */
  readonly finish: (code: number, cause?: unknown) => void;
}

/**
 * Answers with the messages of a call. Waits for the first one, or for the end, so that an early
 * error has a real HTTP status; a framing that may goes out after `streamHeadersFlushMs` of silence.
 *
 * `framing` is undefined for HttpBody, whose first message gives the content type. The stream is
 * released by whoever throws, or when its body has ended.
 */
export async function streamAnswer(
  run: Run,
  stream: LiveStream,
  framing: Framing | undefined,
): Promise<Answer> {
  let metadata: Metadata = [];
  void stream.call.headers.then((received) => {
    metadata = received;
  });
  const first = stream.next();
  const early = framing?.flushesEarly
    ? await within(run.clock, run.limits.streamHeadersFlushMs, first)
    : await first;
  if (early === late) return begin(run, stream, framing ?? rawFraming(''), metadata, noBytes, first);
  // Trailers-only answers have no leading metadata to wait for, every other one has sent it before.
  metadata = await stream.call.headers;
  if (early !== undefined) {
    const known = framing ?? rawFraming(run.match.route.response.raw(early).contentType);
    return begin(run, stream, known, metadata, known.item(written(run, early)), undefined);
  }
  const failure = await stream.failure();
  if (failure === undefined) {
    return begin(run, stream, framing ?? rawFraming('application/octet-stream'), metadata, noBytes, first);
  }
  stream.release();
  return answerFailure(run, failure);
}

function begin(
  run: Run,
  stream: LiveStream,
  framing: Framing,
  metadata: Metadata,
  firstItem: Uint8Array,
  pending: Promise<Uint8Array | undefined> | undefined,
): Answer {
  const { exchange, requestId } = run;
  const headers = [
    ...responseHeaders(metadata, run.names),
    ['x-request-id', requestId] as const,
    ['content-type', framing.contentType] as const,
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
  exchange.signal.addEventListener('abort', gone, { once: true });
  if (exchange.signal.aborted) gone();
  const head = joinBytes([framing.open(), firstItem].filter((part) => part.length > 0));
  const body = released(chunks({ run, stream, framing, head, pending, finish }), gone);
  return { reply: { httpStatus: 200, headers, body }, code: Code.OK };
}

/** The response body: one chunk per message, made when it is asked for. Throws after a failure, to cut the body. */
async function* chunks({ run, stream, framing, head, pending, finish }: Pump): AsyncGenerator<Uint8Array> {
  let failure: Failure | undefined;
  try {
    if (head.length > 0) yield head;
    let waiting = pending ?? stream.next();
    for (;;) {
      const message = await orHeartbeat(run, framing, waiting);
      if (message === undefined) break;
      if (message === late) {
        yield framing.heartbeat ?? noBytes;
        continue;
      }
      yield framing.item(written(run, message));
      waiting = stream.next();
    }
    failure = await stream.failure();
  } catch (error) {
    failure = failureOf(error, run.requestId);
  }
  const last = failure === undefined ? framing.close() : framing.fail(run.surface.statusJson(failure.status));
  finish(failure?.status.code ?? Code.OK, failure?.cause);
  if (last.length > 0) yield last;
  if (failure !== undefined) throw new Error(`The stream ended with ${codeName(failure.status.code)}.`);
}

function orHeartbeat<T>(run: Run, framing: Framing, work: Promise<T>): Promise<T | typeof late> {
  return framing.heartbeat === undefined ? work : within(run.clock, run.limits.sseHeartbeatMs, work);
}

/** The bytes of one message as the writer of the route makes them. */
function written({ match }: Run, message: Uint8Array): Uint8Array {
  const { response } = match.route;
  return response.kind === 'raw' ? response.raw(message).data : response.json(message);
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
