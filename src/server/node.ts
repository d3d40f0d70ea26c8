import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import { type Exchange, errorReply, type Gateway, type HeaderFields, type Reply } from '../gateway/index.js';
import type { Limits } from '../limits.js';
import { Code, type Reason, StatusError } from '../status/index.js';

/** Longer than the 60 s after which load balancers usually drop an idle connection: they must be first. */
const keepAliveTimeoutMs = 75_000;

/**
 * The listener for clients. Bindings are answered on Node's own request and response; what no binding has is
 * Hono's. Parse errors and limits of HTTP itself are answered with a status body too.
 */
export function createNodeServer(core: Gateway, app: Hono, limits: Limits): Server {
  const hono = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const server = createServer(
    {
      maxHeaderSize: limits.requestHeadBytesMax,
      headersTimeout: limits.requestHeadTimeoutMs,
      connectionsCheckingInterval: Math.min(limits.requestHeadTimeoutMs, 1_000),
      // A stream may last for hours; body.ts watches that it moves.
      requestTimeout: 0,
      keepAliveTimeout: keepAliveTimeoutMs,
      insecureHTTPParser: false,
    },
    (request, response) => {
      const exchange = exchangeOf(request, response);
      const refusal =
        request.rawHeaders.length > 2 * limits.requestHeadersMax ? tooManyHeaders(limits) : undefined;
      if (refusal !== undefined) {
        void send(errorReply(core.surface, exchange, refusal), request, response);
        return;
      }
      const reply = core.tryHandle(exchange);
      if (reply === undefined) hono(request, response);
      else void reply.then((ready) => send(ready, request, response));
    },
  );
  // Node would drop the fields past its own count silently; ours are counted above.
  server.maxHeadersCount = 0;
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuse(core, error, socket as Socket));
  return server;
}

function exchangeOf(request: IncomingMessage, response: ServerResponse): Exchange {
  const { rawHeaders, socket } = request;
  const headers: [string, string][] = [];
  let trailersAccepted = false;
  let hasBody = false;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? '').toLowerCase();
    const value = rawHeaders[i + 1] ?? '';
    headers.push([name, value]);
    if (name === 'te') trailersAccepted ||= /(^|,)\s*trailers\s*(,|$)/i.test(value);
    else if (name === 'transfer-encoding') hasBody = true;
    else if (name === 'content-length') hasBody ||= value !== '0';
  }
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return {
    httpMethod: request.method ?? 'GET',
    target: request.url ?? '/',
    headers,
    peerAddress: socket.remoteAddress ?? '',
    scheme: 'encrypted' in socket ? 'https' : 'http',
    trailersAccepted,
    // Whoever stops reading early still has an answer to send on this socket.
    body: hasBody ? request.iterator({ destroyOnReturn: false }) : undefined,
    signal: gone.signal,
  };
}

async function send(reply: Reply, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (response.destroyed) {
    await discard(reply.body);
    return;
  }
  const whole = reply.body instanceof Uint8Array;
  response.writeHead(reply.httpStatus, headersOf(reply.headers, whole && !request.complete));
  if (reply.body instanceof Uint8Array) {
    response.end(reply.body);
    return;
  }
  response.flushHeaders();
  try {
    for await (const chunk of reply.body) {
      if (!response.write(chunk)) await drained(response);
      if (response.destroyed) return;
    }
    response.end();
  } catch {
    // What was written must arrive, and the end must not: no final chunk, so that the body reads as incomplete.
    if (response.socket === null) response.destroy();
    else response.socket.destroySoon();
  }
}

/** Flat, as writeHead takes them. A request that was not read to its end costs the connection. */
function headersOf(headers: HeaderFields, unread: boolean): string[] {
  const flat: string[] = [];
  for (const [name, value] of headers) flat.push(name, value);
  if (unread) flat.push('connection', 'close');
  return flat;
}

/** Resolves when the socket takes more, or is gone. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}

async function discard(body: Reply['body']): Promise<void> {
  if (!(body instanceof Uint8Array)) await body[Symbol.asyncIterator]().return?.();
}

function tooManyHeaders(limits: Limits): StatusError {
  return new StatusError(
    Code.RESOURCE_EXHAUSTED,
    'HEADERS_TOO_LARGE',
    `The request has more than ${limits.requestHeadersMax} header fields.`,
    { httpStatus: 431, headers: [['connection', 'close']] },
  );
}

const parseErrors: Readonly<
  Record<string, readonly [httpStatus: string, code: number, reason: Reason, message: string]>
> = {
  HPE_HEADER_OVERFLOW: [
    '431 Request Header Fields Too Large',
    Code.RESOURCE_EXHAUSTED,
    'HEADERS_TOO_LARGE',
    'The request line and header fields are larger than the limit.',
  ],
  ERR_HTTP_REQUEST_TIMEOUT: [
    '408 Request Timeout',
    Code.DEADLINE_EXCEEDED,
    'BODY_TIMEOUT',
    'The request did not arrive in time.',
  ],
};

/** What never became a request: answered on the socket, which is closed after it. */
function refuse(core: Gateway, error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [httpStatus, code, reason, message] = parseErrors[error.code ?? ''] ?? [
    '400 Bad Request',
    Code.INVALID_ARGUMENT,
    'REQUEST_MALFORMED',
    'The request is not valid HTTP.',
  ];
  const body = Buffer.from(core.surface.statusJson(new StatusError(code, reason, message).toStatus()));
  const head = `HTTP/1.1 ${httpStatus}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n`;
  socket.end(Buffer.concat([Buffer.from(head), body]));
}
