import {
  constants,
  type Http2ServerResponse,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { HeaderFields, Reply } from '../gateway/index.js';

/**
 * Writes a reply to a stream of HTTP/2. As `send` of HTTP/1.1: a full window stops the pulling, a
 * client that takes nothing for `stallTimeoutMs` loses the stream, and a body that throws ends with
 * RST_STREAM (INTERNAL_ERROR) behind everything written so far (RFC 9113 §8.1).
 */
export async function sendHttp2(
  reply: Reply,
  response: Http2ServerResponse,
  stallTimeoutMs: number,
): Promise<void> {
  const { body, trailers } = reply;
  const { stream } = response;
  if (stream.destroyed || stream.closed) {
    if (!(body instanceof Uint8Array)) await body[Symbol.asyncIterator]().return?.();
    return;
  }
  stream.respond(
    { ...headersOf(reply.headers), ':status': reply.httpStatus },
    { waitForTrailers: trailers !== undefined },
  );
  const addTrailers = (): void => {
    if (trailers !== undefined) response.addTrailers(headersOf(trailers()));
  };
  if (body instanceof Uint8Array) {
    addTrailers();
    end(stream, body, reply, stallTimeoutMs);
    return;
  }
  try {
    for await (const chunk of body) {
      if (stream.destroyed) return;
      if (!stream.write(chunk)) await orStalled(stream, stallTimeoutMs, (taken) => stream.on('drain', taken));
    }
    addTrailers();
    end(stream, new Uint8Array(0), reply, stallTimeoutMs);
  } catch {
    if (stream.destroyed) return;
    await orStalled(stream, stallTimeoutMs, (taken) => stream.write(new Uint8Array(0), taken));
    await new Promise((resolve) => setImmediate(resolve));
    // `close` would end the body well before it resets the stream.
    stream.destroy(new Error('The body is incomplete.'));
  }
}

/** Ends a stream; one whose request body was not wanted to its end is closed (RFC 9113 §8.1), the rest of it dropped. */
function end(stream: ServerHttp2Stream, last: Uint8Array, { trailers }: Reply, stallTimeoutMs: number): void {
  stream.end(last);
  // Counts from the last byte that the client took.
  stream.setTimeout(stallTimeoutMs, () => stream.close(constants.NGHTTP2_CANCEL));
  if (stream.readableEnded || stream.endAfterHeaders) return;
  // A turn later, since trailers that are sent now would be lost.
  stream.once(trailers === undefined ? 'finish' : 'wantTrailers', () =>
    setImmediate(() => {
      stream.close(constants.NGHTTP2_NO_ERROR);
      stream.resume();
    }),
  );
}

/** Resolves when what was written is taken, or the stream is gone: which it is, too, after `stallTimeoutMs`. */
function orStalled(
  stream: ServerHttp2Stream,
  stallTimeoutMs: number,
  wait: (taken: () => void) => void,
): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      stream.off('drain', done).off('close', done);
      resolve();
    };
    const timer = setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), stallTimeoutMs);
    stream.on('close', done);
    wait(done);
  });
}

/** Fields that were given more than once as lists. */
function headersOf(fields: HeaderFields): OutgoingHttpHeaders {
  const headers = new Map<string, string | string[]>();
  for (const [name, value] of fields) {
    const known = headers.get(name);
    headers.set(name, known === undefined ? value : [...(Array.isArray(known) ? known : [known]), value]);
  }
  return Object.fromEntries(headers);
}
