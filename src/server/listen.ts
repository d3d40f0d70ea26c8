import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Clock } from '../clock.js';
import type { GateResources } from '../gate/index.js';
import type { Gateway } from '../gateway/index.js';
import type { Limits } from '../limits.js';
import { createAnswers } from './admin/answers.js';
import { askAll } from './admin/ask-all.js';
import { listenForOperators } from './admin/listen.js';
import { askHere } from './admin/operation.js';
import type { GatewayApp } from './app.js';
import { createNodeServer } from './node.js';
import type { SecurityHeaders } from './security-headers.js';
import { type ListenTls, loadServerTls } from './tls.js';
import type { WebSocketOrigins } from './websocket.js';

/** Where to listen; port 0 picks a free one. */
export interface ListenOptions {
  /** Default 0.0.0.0. */
  readonly host?: string;
  /** Default 8080. */
  readonly port?: number;
  /** Default 127.0.0.1: what an operator sees is nobody else's business. */
  readonly adminHost?: string;
  /** Default 9090. */
  readonly adminPort?: number;
  /** TLS for clients; the admin listener speaks none. Default none. */
  readonly tls?: ListenTls;
}

export const defaultListen = {
  host: '0.0.0.0',
  port: 8080,
  adminHost: '127.0.0.1',
  adminPort: 9090,
} as const;

/** Two open listeners. */
export interface Listener {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  readonly adminHost: string;
  readonly adminPort: number;
  /**
   * Readiness turns false, no new connection and no new stream is taken, clients of server-sent events and
   * WebSockets are sent away, and what else is under way may finish within `limits.drainTimeoutMs`; then streams get
   * a final error, and whatever is left is cut.
   */
  close(): Promise<void>;
}

interface Parts {
  readonly core: Gateway;
  readonly app: GatewayApp;
  readonly gate: GateResources;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly webSocketOrigins: WebSocketOrigins;
  readonly security: SecurityHeaders;
}

/** How often a closing listener looks whether it is done. */
const drainCheckMs = 20;

/** For the final errors of streams to reach their clients. */
const lastWordsMs = 500;

/**
 * Opens both listeners. Rejects with Node's own error (EADDRINUSE, EACCES) when a port cannot be had, with
 * DiagnosticsError when no TLS can be made of its files.
 */
export async function listen(parts: Parts, options: ListenOptions): Promise<Listener> {
  const { core, app, gate, limits, clock } = parts;
  const { host, port, adminHost, adminPort } = { ...defaultListen, ...options };
  const openTls = options.tls && (await loadServerTls(options.tls, limits, clock));
  let ready = true;
  const clients = createNodeServer(core, app, limits, parts.webSocketOrigins, parts.security, openTls);
  const { server } = clients;
  await open(server, port, host);
  const here = askHere(createAnswers({ core, gate, isServing: () => ready }));
  const admin = await listenForOperators(
    askAll(() => [here]),
    { host: adminHost, port: adminPort },
  ).catch((error: unknown) => {
    server.close();
    throw error;
  });
  // Not the gateway's own count: hand-written routes are requests too, and an answer is under way until its last
  // byte is with the operating system.
  const untilIdle = async (timeoutMs: number): Promise<void> => {
    const deadline = clock.now() + timeoutMs;
    while (clients.busy > 0 && clock.now() < deadline) {
      clients.closeIdle();
      await new Promise<void>((resolve) => void setTimeout(resolve, drainCheckMs));
    }
  };
  let closing: Promise<void> | undefined;
  const drain = async (): Promise<void> => {
    ready = false;
    const closed = once(server, 'close');
    server.close();
    core.drain();
    await untilIdle(limits.drainTimeoutMs);
    core.cut();
    await untilIdle(lastWordsMs);
    clients.closeAll();
    await closed;
    admin.close();
  };
  return {
    scheme: options.tls === undefined ? 'http' : 'https',
    host,
    port: portOf(server),
    adminHost,
    adminPort: admin.port,
    close: () => {
      closing ??= drain();
      return closing;
    },
  };
}

async function open(server: Server, port: number, host: string): Promise<void> {
  server.listen(port, host);
  // Rejects on 'error'.
  await once(server, 'listening');
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
