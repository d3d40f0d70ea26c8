import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Reply } from '../gateway/index.js';
import { turnWriter } from './turn-writer.js';

/** Many round trips: a client that reads while it sends has seen the answer by then. */
const lingerMs = 1_000;

/** A reset that comes together with the last bytes makes some clients forget these, and others take it for an end. */
const resetDelayMs = 100;

const noBytes = new Uint8Array(0);

/**
 * Writes a reply; undefined where that is done at once. What is pulled out of a stream in one turn of the event loop goes out in one write; a full
 * socket stops the pulling; a client that takes nothing for `stallTimeoutMs` loses the connection. A stream that
 * throws ends without the final chunk, so that the body reads as incomplete.
 */
export function send(
  reply: Reply,
  request: IncomingMessage,
  response: ServerResponse,
  stallTimeoutMs: number,
): Promise<void> | undefined {
  const { body, trailers } = reply;
  const { socket } = response;
  if (response.destroyed) return body instanceof Uint8Array ? undefined : giveUp(body);
  const isUnread = !request.complete;
  // The rest of an unread body would be taken for the next request, or read for nothing.
  if (body instanceof Uint8Array && isUnread) response.shouldKeepAlive = false;
  // Trailers go behind a last chunk, and so only where the length is not announced (RFC 9112 §7.1.2).
  const fields: string[] = [];
  for (const [name, value] of reply.headers) {
    if (trailers === undefined || name !== 'content-length') fields.push(name, value);
  }
  response.writeHead(reply.httpStatus, fields);
  if (!(body instanceof Uint8Array)) return sendStream(body, trailers, request, response, stallTimeoutMs);
  if (isUnread) return sendBeforeRest(body, trailers, request, response, stallTimeoutMs);
  end(response, body, trailers);
  watchRest(response, socket, stallTimeoutMs);
  return undefined;
}

/** Nobody will read it. */
async function giveUp(body: AsyncIterable<Uint8Array>): Promise<void> {
  await body[Symbol.asyncIterator]().return?.();
}

async function sendStream(
  body: AsyncIterable<Uint8Array>,
  trailers: Reply['trailers'],
  request: IncomingMessage,
  response: ServerResponse,
  stallTimeoutMs: number,
): Promise<void> {
  const { socket } = response;
  response.flushHeaders();
  try {
    await pump(body, response, stallTimeoutMs);
    if (!response.destroyed) end(response, noBytes, trailers);
  } catch {
    await cut(response, request.httpVersion === '1.0');
  }
  watchRest(response, socket, stallTimeoutMs);
}

async function sendBeforeRest(
  body: Uint8Array,
  trailers: Reply['trailers'],
  request: IncomingMessage,
  response: ServerResponse,
  stallTimeoutMs: number,
): Promise<void> {
  const { socket } = response;
  response.write(body);
  await unreadRest(request);
  end(response, noBytes, trailers);
  watchRest(response, socket, stallTimeoutMs);
}

/**
 * Watches over what the operating system has not taken yet: a client that takes nothing for so long loses the
 * connection. Once all is taken, Node sets the timeout of an idle connection, or it is the next answer's turn. `socket`
 * is null for one that waits behind others on its connection, whose own turn begins later.
 */
export function watchRest(response: ServerResponse, socket: Socket | null, stallTimeoutMs: number): void {
  if (response.writableFinished || response.writableLength === 0) return;
  const watch = (own: Socket): void => {
    own.setTimeout(stallTimeoutMs);
    // Before Node does its own: the next answer may be long in coming, and nobody is to blame for that.
    response.prependOnceListener('finish', () => void own.setTimeout(0));
  };
  if (socket === null) response.once('socket', watch);
  else watch(socket);
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
}

function end(response: ServerResponse, last: Uint8Array, trailers: Reply['trailers']): void {
  if (trailers !== undefined)
    response.addTrailers(trailers().map(([name, value]): [string, string] => [name, value]));
  response.end(last);
}

/**
 * Everything written so far must arrive, and the end must not. HTTP/1.0 knows no other end than that of the
 * connection, so that only a reset tells: it goes out when the client can have read the rest.
 */
async function cut(response: ServerResponse, isOld: boolean): Promise<void> {
  const { socket } = response;
  // What this turn wrote reaches the socket in its next tick.
  await new Promise((resolve) => setImmediate(resolve));
  if (socket === null) response.destroy();
  else if (isOld) socket.write('', () => void setTimeout(() => reset(socket), resetDelayMs));
  else socket.destroySoon();
}

function reset(socket: Socket): void {
  // Of TLS an end without a close_notify (RFC 8446 §6.1) is as good, and Node resets only TCP.
  if ('encrypted' in socket) {
    socket.destroy();
    return;
  }
  // Node's reset comes behind an end in good order, which is what a client must not see.
  socket.destroySoon = () => socket.destroy();
  socket.resetAndDestroy();
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
