import { Code, reasons, StatusError } from '../status/index.js';
import type { ResponseForm, WriteMessage } from '../surface/index.js';
import { bodyTooLarge } from './body.js';
import { noBytes } from './bytes.js';
import { type PreparedCall, prepareCall } from './call.js';
import { closeCodeOf } from './close-code.js';
import { streamError } from './error-body.js';
import { type Failure, failureOf } from './errors.js';
import { inspected, inspectedNone } from './gate.js';
import { LiveStream } from './live-stream.js';
import type { Frame, MessageSocket, SocketSession } from './message-socket.js';
import type { Run } from './run.js';
import { sendAll } from './send-all.js';
import { late, within } from './within.js';

/** HTTP status of an opened WebSocket, for the log. */
const switchingProtocols = 101;
/** And of one that never was. */
const clientClosed = 499;

/**
 * The line of a streaming method over a WebSocket: one message per frame, both ways, each side at
 * its own pace. Path and query go into the first message of the client.
 *
 * Refuses by throwing, before the socket is opened: unary methods, and what prepareCall refuses.
 */
export function socketSession(run: Run): SocketSession {
  const { shape } = run.match.route;
  if (shape === 'unary') {
    throw new StatusError(Code.INVALID_ARGUMENT, 'WEBSOCKET_REFUSED', reasons.WEBSOCKET_REFUSED);
  }
  const prepared = prepareCall(run, 'stream');
  return {
    run: (socket) => converse(run, prepared, socket),
    abandon: () => run.end(clientClosed, Code.CANCELLED),
  };
}

async function converse(run: Run, prepared: PreparedCall, socket: MessageSocket): Promise<void> {
  let failure: Failure | undefined;
  try {
    const messages = requestMessages(run, socket);
    // A first message that is refused calls no backend.
    const first = await firstOf(run, messages);
    const stream = new LiveStream(run, prepared, true);
    try {
      sendAll(stream, first, messages).catch((error: unknown) => stream.stop(asStatusError(error)));
      await deliver(run, stream, socket);
      failure = await stream.failure();
    } finally {
      stream.release();
    }
  } catch (error) {
    failure = failureOf(error, run.requestId);
  }
  const last = failure && failureFrame(run, socket, failure);
  run.traffic.responseBytes += last?.bytes.length ?? 0;
  run.end(switchingProtocols, failure?.status.code ?? Code.OK, failure?.cause);
  if (last !== undefined) await socket.send(last);
  if (failure === undefined) socket.close(1000, '');
  else socket.close(closeCodeOf(failure.status.code, failure.reason), failure.status.message);
}

/** The first message, for which nobody waits forever: no stream watches over it yet. */
async function firstOf(
  { clock, limits, streams, exchange }: Run,
  messages: AsyncGenerator<Uint8Array, void>,
): Promise<IteratorResult<Uint8Array, void>> {
  streams.admit();
  let forget = (): void => {};
  const ended = new Promise<never>((_resolve, reject) => {
    forget = streams.add(reject, true);
  });
  try {
    const first = await Promise.race([
      ended,
      within((fire) => clock.after(limits.streamIdleTimeoutMs, fire), messages.next()),
    ]);
    if (exchange.signal.aborted)
      throw new StatusError(Code.CANCELLED, 'CLIENT_CLOSED', reasons.CLIENT_CLOSED);
    if (first !== late) return first;
    throw new StatusError(Code.DEADLINE_EXCEEDED, 'STREAM_IDLE', reasons.STREAM_IDLE);
  } finally {
    forget();
  }
}

/** The messages of the client, bound when they are asked for: as an ended stream when it takes none. */
async function* requestMessages(run: Run, socket: MessageSocket): AsyncGenerator<Uint8Array, void> {
  const { match, query, limits, traffic } = run;
  const { request, shape } = match.route;
  if (request.body === 'none') {
    yield await inspected(run, request.bind(match.captures, query, noBytes, undefined));
    return;
  }
  let isFirst = true;
  for (let frame = await socket.next(); frame !== undefined; frame = await socket.next()) {
    traffic.requestBytes += frame.bytes.length;
    // A socket is opened with the bound for all methods; this one's may be smaller.
    if (frame.bytes.length > limits.requestBodyBytesMax) throw bodyTooLarge(limits.requestBodyBytesMax);
    const type = request.body === 'json' && frame.binary ? 'application/x-protobuf' : undefined;
    const bound = isFirst
      ? request.bind(match.captures, query, frame.bytes, type)
      : request.bindNext(frame.bytes, type);
    yield await inspected(run, bound, isFirst);
    if (shape === 'server-stream') return;
    isFirst = false;
  }
  if (isFirst) await inspectedNone(run);
}

/** Hands on what the backend sends, one frame at a time. */
async function deliver(run: Run, stream: LiveStream, socket: MessageSocket): Promise<void> {
  const { response } = run.match.route;
  const isRaw = response.kind === 'raw';
  const write: WriteMessage = isRaw
    ? (message) => response.raw(message).data
    : response.writer(formOf(run, socket));
  const binary = isRaw || socket.media === 'protobuf';
  for (let message = await stream.next(); message !== undefined; message = await stream.next()) {
    const bytes = write(message);
    run.traffic.responseBytes += bytes.length;
    await socket.send({ bytes, binary });
  }
}

function formOf({ query, match }: Run, { media }: MessageSocket): ResponseForm {
  const { enumsAsNumbers, emitDefaults, fields } = query.system;
  return { media: match.route.response.protobuf ? media : 'json', enumsAsNumbers, emitDefaults, fields };
}

/** The last frame has the whole Status, since a close reason holds 123 bytes: `{"error":…}`, or a Status in protobuf. */
function failureFrame({ surface, exchange }: Run, socket: MessageSocket, failure: Failure): Frame {
  const error = streamError(surface, exchange, failure.httpStatus, failure.status);
  return socket.media === 'protobuf'
    ? { bytes: error.binary(), binary: true }
    : { bytes: Buffer.concat([Buffer.from('{"error":'), error.json(), Buffer.from('}')]), binary: false };
}

function asStatusError(error: unknown): StatusError {
  if (error instanceof StatusError) return error;
  return new StatusError(Code.INTERNAL, 'INTERNAL', reasons.INTERNAL, { cause: error });
}
