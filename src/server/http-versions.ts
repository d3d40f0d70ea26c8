import type { Server } from 'node:http';
import { constants, createServer, type Http2Server, type ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import type { Limits } from '../limits.js';
import type { ProxyProtocol } from './proxy-protocol.js';
import type { ServerTls, TlsExits } from './tls.js';

/** How an HTTP/2 client begins, without TLS too ("prior knowledge", RFC 9113 §3.3); no HTTP/1.1 request does. */
const preface = Buffer.from('PRI');

/** As many as browsers and proxies count on (RFC 9113 §6.5.2 recommends at least 100). */
const concurrentStreamsMax = 128;

const streamIdMax = 2 ** 31 - 1;

/** HTTP/2 on the port of an HTTP/1.1 server. */
export interface Http2Side {
  readonly server: Http2Server;
  /** Tells the clients of today so; those who still come are served until `drain`. */
  leave(): void;
  /** Tells clients to connect elsewhere: what they send until they know of it is still answered. */
  drain(): void;
  /** Connections without a request under way are closed; the others end with their last stream. */
  closeIdle(): void;
  closeAll(): void;
}

/** Connections that will be no requests. */
export interface Strays {
  /** Nothing came within the time that a request head may take. */
  readonly silent: (socket: Socket) => void;
  /** No TLS where there must be: its first bytes can be read from it. */
  readonly plain: (socket: Socket) => void;
}

/**
 * Has an HTTP/1.1 server hand over the connections that begin as HTTP/2, or that agree on it in
 * their handshake where `openTls` is given: then there are no others than those of TLS.
 */
export function alsoHttp2(
  http1: Server,
  limits: Limits,
  idleTimeoutMs: number,
  strays: Strays,
  openTls: ((exits: TlsExits) => ServerTls) | undefined,
  proxies: ProxyProtocol | undefined,
): Http2Side {
  const server = createServer({
    settings: { maxConcurrentStreams: concurrentStreamsMax, maxHeaderListSize: limits.requestHeadBytesMax },
    // Pseudo-header fields count too; ours are counted where HTTP/1.1's are.
    maxHeaderListPairs: limits.requestHeadersMax + 8,
  });
  const undecided = new Set<Socket>();
  const sessions = new Set<ServerHttp2Session>();
  const [serveHttp1] = http1.listeners('connection') as ((socket: Socket) => void)[];
  http1.removeAllListeners('connection');
  const tls = openTls?.({
    http1: (socket) => {
      proxies?.name(socket);
      serveHttp1?.call(http1, socket);
    },
    http2: (socket) => {
      proxies?.name(socket);
      server.emit('connection', socket);
    },
    plain: strays.plain,
  });
  const decide = (socket: Socket): void => {
    undecided.add(socket);
    const timer = setTimeout(() => strays.silent(socket), limits.requestHeadTimeoutMs);
    const forget = (): void => {
      clearTimeout(timer);
      undecided.delete(socket);
    };
    const fail = (): void => void socket.destroy();
    // Whoever has gone without a word, as probes of balancers do, must not be waited for.
    socket.on('error', fail).on('end', fail);
    socket.once('close', forget);
    let head = Buffer.alloc(0);
    socket.on('data', function begin(chunk: Buffer) {
      head = Buffer.concat([head, chunk]);
      const begins = preface.subarray(0, head.length).equals(head.subarray(0, preface.length));
      if (begins && head.length < preface.length) return;
      socket.off('data', begin).off('error', fail).off('end', fail).off('close', forget);
      forget();
      socket.pause();
      socket.unshift(head);
      if (begins) server.emit('connection', socket);
      else serveHttp1?.call(http1, socket);
      process.nextTick(() => socket.resume());
    });
  };
  const begin = tls === undefined ? decide : (socket: Socket) => tls.accept(socket);
  http1.on('connection', (socket: Socket) => {
    if (proxies === undefined) begin(socket);
    else proxies.accept(socket, begin);
  });
  let draining = false;
  server.on('session', (session) => {
    if (draining) sendAway(session);
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
    closeWhenIdle(session, idleTimeoutMs);
    // What a client does wrong ends its connection, nothing else.
    session.on('error', () => session.destroy());
  });
  server.on('sessionError', () => undefined);
  return {
    server,
    leave() {
      for (const session of sessions) sendAway(session);
    },
    drain() {
      draining = true;
      for (const session of sessions) sendAway(session);
    },
    closeIdle() {
      for (const socket of undecided) socket.destroy();
      // GOAWAY: what is under way goes on.
      for (const session of sessions) if (!session.closed) session.close();
    },
    closeAll() {
      proxies?.closeAll();
      for (const socket of undecided) socket.destroy();
      for (const session of sessions) session.destroy(undefined, constants.NGHTTP2_NO_ERROR);
      tls?.closeAll();
    },
  };
}

/**
 * RFC 9113 §6.8: a first GOAWAY that leaves all streams open, so that none is lost that the client had sent before it
 * read this, and the real one once it must have.
 */
function sendAway(session: ServerHttp2Session): void {
  if (session.closed || session.destroyed) return;
  session.goaway(constants.NGHTTP2_NO_ERROR, streamIdMax);
  // Answered behind whatever the client has sent until then.
  session.ping(() => {
    if (!session.closed && !session.destroyed) session.close();
  });
}

/**
 * Closes a session that has had no stream for some time. session.setTimeout is not for that: node:http2 leaves its
 * timer running when the session is gone, and the session with it.
 */
function closeWhenIdle(session: ServerHttp2Session, idleTimeoutMs: number): void {
  let streams = 0;
  const timer = setTimeout(() => {
    if (streams === 0) session.close();
  }, idleTimeoutMs);
  timer.unref();
  session.once('close', () => clearTimeout(timer));
  session.on('stream', (stream) => {
    streams++;
    stream.once('close', () => {
      streams--;
      if (streams === 0 && !session.destroyed) timer.refresh();
    });
  });
}
