import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HeaderFields, Reply } from '../gateway/index.js';
import { turnWriter } from './turn-writer.js';

/** Many round trips: a client that reads while it sends has seen the answer by then. */
const lingerMs = 1_000;

/**
 * Writes a reply. What is pulled out of a stream in one turn of the event loop goes out in one write; a full
 * socket stops the pulling; a client that takes nothing for `stallTimeoutMs` loses the connection. A stream that
 * throws ends without the final chunk, so that the body reads as incomplete.
 */
export async function send(
  reply: Reply,
  request: IncomingMessage,
  response: ServerResponse,
  stallTimeoutMs: number,
): Promise<void> {
  const { body } = reply;
  const { socket } = response;
  if (response.destroyed) {
    if (!(body instanceof Uint8Array)) await body[Symbol.asyncIterator]().return?.();
    return;
  }
  const isUnread = !request.complete;
  // The rest of an unread body would be taken for the next request, or read for nothing.
  if (body instanceof Uint8Array && isUnread) response.shouldKeepAlive = false;
  response.writeHead(reply.httpStatus, flat(reply.headers));
  if (body instanceof Uint8Array && isUnread) {
    response.write(body);
    await unreadRest(request);
    response.end();
  } else if (body instanceof Uint8Array) {
    response.end(body);
  } else {
    response.flushHeaders();
    try {
      await pump(body, response, stallTimeoutMs);
    } catch {
      // Everything written so far must arrive, and the end must not. What this turn wrote reaches the socket in its
      // next tick.
      await new Promise((resolve) => setImmediate(resolve));
      if (socket === null) response.destroy();
      else socket.destroySoon();
    }
  }
  // What the operating system has not taken yet; once it has, Node sets the timeout of an idle connection.
  if (!response.writableFinished && response.writableLength > 0) socket?.setTimeout(stallTimeoutMs);
}

/**
 * Reads past what a client is still sending, until it has sent all, is gone, or `lingerMs` have passed. Closing
 * a socket with bytes unread resets the connection, and a reset can overtake the answer (RFC 9112 §9.6).
 */
function unreadRest(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      request.off('end', done);
      request.off('close', done);
      resolve();
    };
    const timer = setTimeout(done, lingerMs);
    request.on('end', done);
    request.on('close', done);
    request.resume();
  });
}

async function pump(
  body: AsyncIterable<Uint8Array>,
  response: ServerResponse,
  stallTimeoutMs: number,
): Promise<void> {
  const writer = turnWriter(response);
  try {
    for await (const chunk of body) {
      if (response.destroyed) return;
      if (!writer.write(chunk)) await drained(response, stallTimeoutMs);
    }
  } finally {
    writer.flush();
  }
  response.end();
}

/** Resolves when the socket takes more, or is gone: Node destroys a socket whose timeout passes. */
function drained(response: ServerResponse, stallTimeoutMs: number): Promise<void> {
  const { socket } = response;
  socket?.setTimeout(stallTimeoutMs);
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      // A stream may be silent for longer than a reader may be slow.
      socket?.setTimeout(0);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}

/** Names and values one after the other, as writeHead takes them to keep duplicates. */
function flat(headers: HeaderFields): string[] {
  return headers.flat();
}
