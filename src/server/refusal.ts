import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Exchange, Reply } from '../gateway/index.js';
import { Code, StatusError } from '../status/index.js';
import { peerAddressOf } from './peer-address.js';

/**
 * Answers what never became a request, or broke off as one, with a status body on the bare socket, and closes
 * it. `current` is the response under way there: once a part of it is out, more bytes would read as a piece of
 * it, so then the connection is cut.
 */
export function refuseOnSocket(
  answer: (exchange: Exchange, error: StatusError) => Reply,
  error: { readonly code?: string | undefined },
  socket: Socket,
  current: ServerResponse | undefined,
): void {
  const isMidway = current?.headersSent === true && !current.writableEnded;
  if (error.code === 'ECONNRESET' || !socket.writable || isMidway) {
    socket.destroy();
    return;
  }
  const { httpStatus, headers, body } = answer(
    { ...unread, peerAddress: peerAddressOf(socket) },
    refusalOfUnread(error.code),
  );
  const head = [
    `HTTP/1.1 ${httpStatus} ${STATUS_CODES[httpStatus] ?? ''}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    'connection: close',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  socket.end(body instanceof Uint8Array ? body : '');
  // A client need not close its half, and bytes left unread would reset the connection before it has read ours.
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(timer));
}

/** How long a refused client may go on sending. */
const lingerMs = 1_000;

/** What is known of a request that could not be read. */
const unread: Exchange = Object.freeze({
  httpMethod: '_OTHER',
  target: '',
  headers: [],
  peerAddress: '',
  scheme: 'http',
  trailersAccepted: false,
  body: undefined,
  signal: new AbortController().signal,
});

/** By the codes of Node's HTTP parser; ERR_TLS_REQUIRED is ours. */
export function refusalOfUnread(code: string | undefined): StatusError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new StatusError(
        Code.RESOURCE_EXHAUSTED,
        'HEADERS_TOO_LARGE',
        'The request line and header fields are larger than the limit.',
        { httpStatus: 431 },
      );
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new StatusError(
        Code.DEADLINE_EXCEEDED,
        'REQUEST_TIMEOUT',
        'The request line and header fields did not arrive in time.',
        { httpStatus: 408 },
      );
    case 'ERR_TLS_REQUIRED':
      return new StatusError(
        Code.INVALID_ARGUMENT,
        'REQUEST_MALFORMED',
        'This port takes HTTPS, and the request came without TLS.',
      );
    default:
      return new StatusError(Code.INVALID_ARGUMENT, 'REQUEST_MALFORMED', 'The request is not valid HTTP.');
  }
}
