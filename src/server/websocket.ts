import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { Cancellation } from '../cancel-signal.js';
import type { Exchange, Frame, Gateway, HeaderFields, MessageSocket, Reply } from '../gateway/index.js';
import type { Limits } from '../limits.js';
import { Code, StatusError } from '../status/index.js';

/** Subprotocols, of which a client offers those it speaks; JSON without any. */
const subprotocols: ReadonlyMap<string, MessageSocket['media']> = new Map([
  ['propylon.json', 'json'],
  ['propylon.proto', 'protobuf'],
] as const);

/** A browser cannot set Authorization: it offers its token as one more subprotocol behind this. */
const bearerPrefix = 'propylon.bearer.';

/** RFC 6455 §5.5: the payload of a control frame has at most 125 bytes, two of them for the code. */
const closeReasonBytesMax = 123;

/** Which origins may open a WebSocket from a browser, besides that of the gateway itself. */
export type WebSocketOrigins = readonly string[] | '*';

/** Opens WebSockets on upgraded connections (RFC 6455). */
export interface WebSockets {
  /**
   * Takes over a connection whose request asked for a WebSocket: resolves when the socket has
   * closed, or with the reply that refuses it.
   */
  accept(
    request: IncomingMessage,
    socket: Socket,
    head: Buffer,
    exchange: Exchange,
  ): Promise<Reply | undefined>;
}

export function createWebSockets(
  core: Gateway,
  current: { readonly limits: Limits; readonly webSocketOrigins: WebSocketOrigins },
  refuse: (exchange: Exchange, error: StatusError) => Reply,
): WebSockets {
  return {
    async accept(request, socket, head, given) {
      const { limits, webSocketOrigins: origins } = current;
      const signal = new Cancellation();
      const exchange = withBearer({ ...given, signal });
      if (!isOriginAllowed(exchange.headers, origins)) {
        return refuse(
          exchange,
          new StatusError(
            Code.PERMISSION_DENIED,
            'ORIGIN_REFUSED',
            'Pages of this origin may not open a WebSocket here.',
          ),
        );
      }
      const session = await core.openSocket(exchange);
      if (!('run' in session)) return session;
      return new Promise((resolve) => {
        let isOpen = false;
        // A handshake that breaks off, or that is none to ws, opens no socket, also while the gate was deciding.
        const gone = (): void => {
          signal.abort();
          if (!isOpen) session.abandon();
          resolve(undefined);
        };
        socket.once('close', gone);
        if (socket.destroyed) return gone();
        handshakes(limits).handleUpgrade(request, socket, head, (webSocket) => {
          isOpen = true;
          const messages = new SocketAdapter(webSocket);
          keepAlive(webSocket, socket, limits.webSocketPingMs);
          void session.run(messages);
        });
      });
    },
  };
}

/** Holds nothing but its options. */
function handshakes({ requestBodyBytesMax }: Limits): WebSocketServer {
  return new WebSocketServer({
    noServer: true,
    clientTracking: false,
    // One inflater per connection would cost more memory than the messages.
    perMessageDeflate: false,
    maxPayload: requestBodyBytesMax,
    handleProtocols: (offered) => [...offered].find((name) => subprotocols.has(name)) ?? false,
  });
}

/** RFC 6455 §10.2: a browser says what page asks; other clients say nothing. */
function isOriginAllowed(headers: HeaderFields, origins: WebSocketOrigins): boolean {
  const origin = headers.find(([name]) => name === 'origin')?.[1];
  if (origin === undefined || origins === '*' || origins.includes(origin)) return true;
  const host = headers.find(([name]) => name === 'host')?.[1];
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
}

/** With the token that was offered as a subprotocol, where there is no Authorization. */
function withBearer(exchange: Exchange): Exchange {
  const { headers } = exchange;
  if (headers.some(([name]) => name === 'authorization')) return exchange;
  const token = headers
    .filter(([name]) => name === 'sec-websocket-protocol')
    .flatMap(([, value]) => value.split(','))
    .map((name) => name.trim())
    .find((name) => name.startsWith(bearerPrefix));
  if (token === undefined) return exchange;
  return {
    ...exchange,
    headers: [...headers, ['authorization', `Bearer ${token.slice(bearerPrefix.length)}`]],
  };
}

/**
 * Pings a client, and gives it up when nothing came from it until the next time. A pong may stand
 * behind much else, and all of that unread while the backend takes nothing.
 */
function keepAlive(webSocket: WebSocket, socket: Socket, pingMs: number): void {
  /** Bytes that had come at the last ping; undefined where we did not listen. */
  let heard: number | undefined;
  const timer = setInterval(() => {
    const { bytesRead } = socket;
    if (!webSocket.isPaused && bytesRead === heard) webSocket.terminate();
    heard = webSocket.isPaused ? undefined : bytesRead;
    webSocket.ping();
  }, pingMs);
  webSocket.on('close', () => clearInterval(timer));
}

/** A WebSocket as a MessageSocket: while a frame waits to be taken, no more is read from the connection. */
class SocketAdapter implements MessageSocket {
  readonly media: MessageSocket['media'];
  readonly #socket: WebSocket;
  readonly #frames: Frame[] = [];
  #ended = false;
  #wake: () => void = () => {};

  constructor(socket: WebSocket) {
    this.#socket = socket;
    this.media = subprotocols.get(socket.protocol) ?? 'json';
    socket.on('message', (data: Buffer, binary: boolean) => {
      if (!binary && data.length === 0) this.#end();
      else if (!this.#ended) this.#frames.push({ bytes: data, binary });
      if (this.#frames.length > 0) socket.pause();
      this.#wake();
    });
    socket.on('close', () => this.#end());
    // What is wrong with a frame: ws closes the connection with the right code itself.
    socket.on('error', () => this.#end());
  }

  async next(): Promise<Frame | undefined> {
    if (this.#frames.length === 0 && !this.#ended) {
      this.#socket.resume();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      return this.next();
    }
    const frame = this.#frames.shift();
    // Read on, to notice that the client goes: what it still sends is dropped.
    if (frame === undefined) this.#socket.resume();
    return frame;
  }

  send({ bytes, binary }: Frame): Promise<void> {
    return new Promise((resolve) => {
      this.#socket.send(bytes, { binary }, () => resolve());
    });
  }

  close(code: number, reason: string): void {
    // A paused socket would never read the other side's goodbye.
    this.#socket.resume();
    this.#socket.close(code, cut(reason));
  }

  #end(): void {
    this.#ended = true;
    this.#wake();
  }
}

/** At most as many bytes as a close frame takes, whole characters only. */
function cut(reason: string): string {
  const bytes = Buffer.from(reason);
  if (bytes.length <= closeReasonBytesMax) return reason;
  let end = closeReasonBytesMax;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}
