import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Cancellation, type CancelSignal } from '../cancel-signal.js';
import type { PeerCertificate } from '../gate/index.js';
import type { Exchange, Gateway, HeaderFields, Reply } from '../gateway/index.js';
import type { Limits } from '../limits.js';
import { Code, StatusError } from '../status/index.js';
import { answerText } from './answer-text.js';
import type { GatewayApp } from './app.js';
import { giveAnswer, takesGivenAnswers } from './given-answer.js';
import { alsoHttp2 } from './http-versions.js';
import { peerAddressOf } from './peer-address.js';
import { peerCertificates } from './peer-certificate.js';
import type { ProxyProtocol } from './proxy-protocol.js';
import { announcesBody, headerFieldsOf, http2HeaderFieldsOf } from './raw-headers.js';
import { refuseOnSocket } from './refusal.js';
import type { SecurityHeaders } from './security-headers.js';
import { send, watchRest } from './send.js';
import { sendHttp2 } from './send-http2.js';
import type { ServerTls, TlsExits } from './tls.js';
import { turnEnds } from './turn-end.js';
import { createWebSockets, type WebSocketOrigins } from './websocket.js';

/** Longer than the 60 s after which load balancers usually drop an idle connection: they must be first. */
const keepAliveTimeoutMs = 75_000;

/** The listener for clients. */
export interface NodeServer {
  readonly server: Server;
  /** Takes a fresh connection that somebody else has accepted. */
  take(socket: Socket): void;
  /** Open connections. */
  readonly connections: number;
  /** Requests whose answer is not yet with the operating system, hand-written routes included. */
  readonly busy: number;
  /** Asks clients to connect elsewhere: each answer is the last one of its connection. New ones are served all the same. */
  leave(): void;
  /** From now on each answer is the last one of its connection. */
  drain(): void;
  /** Closes connections without a request under way. */
  closeIdle(): void;
  /** Cuts whatever is left. */
  closeAll(): void;
}

/** What of the configuration a listener looks up for each request; a reload may have changed it. */
export interface ListenerSettings {
  readonly limits: Limits;
  readonly webSocketOrigins: WebSocketOrigins;
  readonly security: SecurityHeaders;
}

/**
 * Bindings are answered on Node's own request and response; hand-written routes, and what no binding has, are
 * Hono's. HTTP/2 and WebSockets are served on the same port. Parse errors and limits of HTTP itself are
 * answered with a status body too.
 */
export function createNodeServer(
  core: Gateway,
  gatewayApp: GatewayApp,
  current: ListenerSettings,
  openTls: ((exits: TlsExits) => ServerTls) | undefined,
  proxies: ProxyProtocol | undefined,
): NodeServer {
  const hono = getRequestListener(gatewayApp.app.fetch, { overrideGlobalObjects: false });
  const responding = new WeakMap<Socket, ServerResponse>();
  const webSockets = createWebSockets(core, current, (exchange, error) => core.refuse(exchange, error));
  const upgraded = new Set<Socket>();
  const certificateOf = peerCertificates();
  const turnEnd = turnEnds();
  const mayGive = takesGivenAnswers();
  let busy = 0;
  let connections = 0;
  let draining = false;
  // Answered in one place, byte for byte, a path that is hidden is one that is unknown.
  const handled = (exchange: Exchange): Promise<Reply> | undefined =>
    core.tryHandle(exchange) ?? (gatewayApp.isAlone ? core.handle(exchange) : undefined);

  /** Hand-written code may set these fields itself. */
  function toHono(
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
    exchange: Exchange,
  ): void {
    for (const [name, value] of current.security.forPages(exchange)) response.setHeader(name, value);
    const done = hono(request, response);
    // A stream of HTTP/2 that is not read holds up no other.
    if (response instanceof ServerResponse) {
      const { socket } = response;
      void Promise.resolve(done).then(() => watchRest(response, socket, current.limits.streamIdleTimeoutMs));
    }
  }

  function accept(request: IncomingMessage, response: ServerResponse, expectation: Expectation): void {
    busy += 1;
    const signal = new Cancellation();
    response.on('close', () => {
      busy -= 1;
      if (!response.writableFinished) signal.abort();
    });
    responding.set(request.socket, response);
    const certificate = certificateOf(request.socket, request.socket);
    const exchange = exchangeOf(
      request,
      expectation === 'continue' ? response : undefined,
      signal,
      certificate,
      turnEnd,
    );
    const refusal = refusalOf(request, exchange, current.limits, expectation);
    // Whoever sends what is refused here does not speak our HTTP: nothing after it can be trusted.
    if (refusal !== undefined) response.shouldKeepAlive = false;
    const reply =
      refusal === undefined
        ? gatewayApp.isHandWritten(exchange.httpMethod, exchange.target)
          ? undefined
          : handled(exchange)
        : Promise.resolve(core.refuse(exchange, refusal));
    if (reply === undefined) {
      if (draining) response.shouldKeepAlive = false;
      if (expectation === 'continue') response.writeContinue();
      toHono(request, response, exchange);
      return;
    }
    void answer(reply, exchange, request, response);
  }

  async function answer(
    reply: Promise<Reply>,
    exchange: Exchange,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    try {
      const ready = await reply;
      if (draining) response.shouldKeepAlive = false;
      if (given(ready, exchange, request, response)) return;
      const { security, limits } = current;
      const sent = send(security.on(ready, exchange), request, response, limits.streamIdleTimeoutMs);
      if (sent !== undefined) await sent;
    } catch (error) {
      // A defect of ours: costs this connection, not the process.
      response.destroy();
      process.emitWarning(error instanceof Error ? error : String(error));
    }
  }

  /** Most answers are small and plain, and need nothing of Node but that it sends them; false for the others. */
  function given(
    reply: Reply,
    exchange: Exchange,
    request: IncomingMessage,
    response: ServerResponse,
  ): boolean {
    const { security, limits } = current;
    if (!mayGive || response.destroyed || !request.complete || !response.shouldKeepAlive) return false;
    const text = answerText(reply, security.missingFrom(reply, exchange), keepAliveTimeoutMs);
    if (text === undefined) return false;
    const { socket } = response;
    giveAnswer(response, reply.httpStatus, text);
    watchRest(response, socket, limits.streamIdleTimeoutMs);
    return true;
  }

  /** HTTP/2: as `accept`, of which it needs the half. */
  function acceptHttp2(request: Http2ServerRequest, response: Http2ServerResponse): void {
    const { stream } = response;
    busy += 1;
    stream.once('close', () => {
      busy -= 1;
    });
    stream.on('error', () => undefined);
    const { session } = stream;
    const certificate = session && certificateOf(session, session.socket);
    const exchange = http2ExchangeOf(request, response, certificate);
    const { limits } = current;
    const refusal =
      request.rawHeaders.length > 2 * (limits.requestHeadersMax + 4) ? tooManyHeaders(limits) : undefined;
    const isHandWritten = gatewayApp.isHandWritten(exchange.httpMethod, exchange.target);
    const reply =
      refusal === undefined
        ? isHandWritten
          ? undefined
          : handled(exchange)
        : Promise.resolve(core.refuse(exchange, refusal));
    if (reply === undefined) {
      toHono(request, response, exchange);
      return;
    }
    reply
      .then((ready) =>
        sendHttp2(current.security.on(ready, exchange), response, current.limits.streamIdleTimeoutMs),
      )
      .catch((error: unknown) => {
        stream.destroy();
        process.emitWarning(error instanceof Error ? error : String(error));
      });
  }

  /**
   * A request with `Upgrade`: for a WebSocket, or, with any other protocol, as if it had not asked (RFC 9110
   * §7.8). Node has let go of the connection, so that this is the last request on it.
   */
  function upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    busy += 1;
    upgraded.add(socket);
    socket.once('close', () => {
      busy -= 1;
      upgraded.delete(socket);
    });
    socket.on('error', () => socket.destroy());
    const response = new ServerResponse(request);
    const signal = new Cancellation();
    response.on('close', () => {
      if (!response.writableFinished) signal.abort();
    });
    const exchange = exchangeOf(request, undefined, signal, certificateOf(socket, socket), turnEnd);
    const refusal = refusalOf(request, exchange, current.limits, 'none');
    const isWebSocket = request.headers.upgrade?.toLowerCase() === 'websocket' && request.method === 'GET';
    let reply: Reply | Promise<Reply | undefined>;
    if (refusal !== undefined) reply = core.refuse(exchange, refusal);
    else if (isWebSocket) reply = webSockets.accept(request, socket, head, exchange);
    else if (exchange.body !== undefined) reply = core.refuse(exchange, upgradeWithBody());
    else reply = core.handle(exchange);
    void Promise.resolve(reply).then((ready) => {
      // The connection was a WebSocket's.
      if (ready === undefined) return;
      response.shouldKeepAlive = false;
      response.assignSocket(socket);
      response.once('finish', () => socket.destroySoon());
      void send(current.security.on(ready, exchange), request, response, current.limits.streamIdleTimeoutMs);
    });
  }

  // These stay what they are as long as the listener is open.
  const { limits } = current;
  const server = createServer({
    maxHeaderSize: limits.requestHeadBytesMax,
    headersTimeout: limits.requestHeadTimeoutMs,
    connectionsCheckingInterval: Math.min(limits.requestHeadTimeoutMs, 1_000),
    // A stream may last for hours; body.ts watches that it moves.
    requestTimeout: 0,
    keepAliveTimeout: keepAliveTimeoutMs,
    insecureHTTPParser: false,
    // Node would answer without a body; it is checked here instead.
    requireHostHeader: false,
  });
  // Node would drop the fields past its own count silently; ours are counted.
  server.maxHeadersCount = 0;
  server.on('request', (request, response) => accept(request, response, 'none'));
  server.on('checkContinue', (request, response) => accept(request, response, 'continue'));
  server.on('checkExpectation', (request, response) => accept(request, response, 'unknown'));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) =>
    refuseOnSocket(answerUnread, error, socket as Socket, responding.get(socket as Socket)),
  );
  // Node's types leave it open; of its own server it is a socket.
  server.on('upgrade', (request, socket, head) => upgrade(request, socket as Socket, head));
  const answerUnread = (exchange: Exchange, error: StatusError): Reply =>
    current.security.on(core.refuse(exchange, error), exchange);
  const refuse = (code: string) => (socket: Socket) =>
    refuseOnSocket(answerUnread, { code }, socket, undefined);
  const strays = { silent: refuse('ERR_HTTP_REQUEST_TIMEOUT'), plain: refuse('ERR_TLS_REQUIRED') };
  const http2 = alsoHttp2(server, limits, keepAliveTimeoutMs, strays, openTls, proxies);
  http2.server.on('request', acceptHttp2);
  server.on('connection', (socket: Socket) => {
    connections += 1;
    socket.once('close', () => {
      connections -= 1;
    });
  });
  return {
    server,
    take: (socket) => void server.emit('connection', socket),
    get connections() {
      return connections;
    },
    get busy() {
      return busy;
    },
    leave() {
      draining = true;
      http2.leave();
    },
    drain() {
      draining = true;
      http2.drain();
    },
    closeIdle() {
      server.closeIdleConnections();
      http2.closeIdle();
    },
    closeAll() {
      server.closeAllConnections();
      http2.closeAll();
      for (const socket of upgraded) socket.destroy();
    },
  };
}

/** What the `Expect` field asks for (RFC 9110 §10.1.1). */
type Expectation = 'none' | 'continue' | 'unknown';

/** `waiting` is the response of a client that waits for "100 Continue". */
function exchangeOf(
  request: IncomingMessage,
  waiting: ServerResponse | undefined,
  signal: CancelSignal,
  peerCertificate: PeerCertificate | undefined,
  turnEnd: () => Promise<void>,
): Exchange {
  const { rawHeaders, socket } = request;
  const headers = headerFieldsOf(rawHeaders);
  const body = announcesBody(headers) ? bodyOf(request, waiting) : undefined;
  return {
    httpMethod: request.method ?? 'GET',
    target: request.url ?? '/',
    headers,
    peerAddress: peerAddressOf(socket),
    scheme: 'encrypted' in socket ? 'https' : 'http',
    peerCertificate,
    // HTTP/1.0 has no chunks to put trailers behind.
    trailersAccepted: request.httpVersion !== '1.0' && takesTrailers(headers),
    body,
    bodyAtOnce: body && (() => turnEnd().then(() => whatHasCome(request))),
    signal,
  };
}

/** Once Node has seen the end of a body, all that nobody has read of it: newer Nodes give it piece by piece. */
function whatHasCome(request: IncomingMessage): Uint8Array | undefined {
  if (!request.complete || request.destroyed) return undefined;
  const first: Buffer | null = request.read();
  if (first === null) return undefined;
  const pieces = [first];
  for (let next = request.read(); next !== null; next = request.read()) pieces.push(next);
  return pieces.length === 1 ? first : Buffer.concat(pieces);
}

function takesTrailers(headers: HeaderFields): boolean {
  for (const [name, value] of headers) {
    if (name === 'te' && /(^|,)[ \t]*trailers[ \t]*(,|$)/i.test(value)) return true;
  }
  return false;
}

function http2ExchangeOf(
  request: Http2ServerRequest,
  { stream }: Http2ServerResponse,
  peerCertificate: PeerCertificate | undefined,
): Exchange {
  const signal = new Cancellation();
  stream.once('close', () => {
    if (!stream.writableFinished || stream.rstCode !== 0) signal.abort();
  });
  return {
    httpMethod: request.method,
    target: request.url,
    headers: http2HeaderFieldsOf(request),
    peerAddress: peerAddressOf(request.socket),
    scheme: stream.session?.encrypted === true ? 'https' : 'http',
    peerCertificate,
    trailersAccepted: true,
    body: stream.endAfterHeaders
      ? undefined
      : { [Symbol.asyncIterator]: () => stream.iterator({ destroyOnReturn: false }) },
    signal,
  };
}

/**
 * The body in chunks. Whoever stops reading early still has an answer to send on this socket. A client that
 * waits for "100 Continue" gets it with the first read: what headers alone refuse costs it no upload.
 */
function bodyOf(request: IncomingMessage, waiting: ServerResponse | undefined): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]: () => {
      if (waiting?.headersSent === false) waiting.writeContinue();
      return request.iterator({ destroyOnReturn: false });
    },
  };
}

/** What is wrong with a request before anybody looks at its path. */
export function refusalOf(
  { rawHeaders, httpVersion }: Pick<IncomingMessage, 'rawHeaders' | 'httpVersion'>,
  { headers }: Pick<Exchange, 'headers'>,
  { requestHeadersMax }: Limits,
  expectation: Expectation,
): StatusError | undefined {
  if (rawHeaders.length > 2 * requestHeadersMax) {
    return tooManyHeaders({ requestHeadersMax });
  }
  let hosts = 0;
  for (const field of headers) if (field[0] === 'host') hosts += 1;
  // RFC 9112 §3.2: HTTP/1.0 knows no Host, and nothing takes two.
  if (hosts > 1 || (hosts === 0 && httpVersion !== '1.0')) {
    return new StatusError(
      Code.INVALID_ARGUMENT,
      'REQUEST_MALFORMED',
      'A request has exactly one Host header field.',
    );
  }
  if (expectation === 'unknown') {
    return new StatusError(
      Code.INVALID_ARGUMENT,
      'HEADER_MALFORMED',
      'Header field expect can only ask for 100-continue.',
      { httpStatus: 417 },
    );
  }
  return undefined;
}

function tooManyHeaders({ requestHeadersMax }: Pick<Limits, 'requestHeadersMax'>): StatusError {
  return new StatusError(
    Code.RESOURCE_EXHAUSTED,
    'HEADERS_TOO_LARGE',
    `The request has more than ${requestHeadersMax} header fields.`,
    { httpStatus: 431 },
  );
}

/** Node reads no body behind an Upgrade. */
function upgradeWithBody(): StatusError {
  return new StatusError(
    Code.INVALID_ARGUMENT,
    'REQUEST_MALFORMED',
    'A request with a body cannot ask for an upgrade here: leave out the Upgrade header field.',
  );
}
