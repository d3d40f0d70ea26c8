import { once } from 'node:events';
import type { Server } from 'node:net';
import { askAll } from './admin/ask-all.js';
import { listenForOperators } from './admin/listen.js';
import { type ClientOptions, type Parts, serveClients } from './serve-clients.js';

/** Where to listen; port 0 picks a free one. */
export interface ListenOptions extends ClientOptions {
  /** Default 0.0.0.0. */
  readonly host?: string;
  /** Default 8080. */
  readonly port?: number;
  /** Default 127.0.0.1: what an operator sees is nobody else's business. */
  readonly adminHost?: string;
  /** Default 9090. */
  readonly adminPort?: number;
  /** Names by which the admin listener may be asked, besides localhost and addresses. Default none. */
  readonly adminNames?: readonly string[];
  /** From where the admin listener takes what changes something. Default `here`: from this machine. */
  readonly adminWrites?: 'here' | 'anywhere';
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
   * Readiness turns false, and for `limits.drainDelayMs` everything is answered nevertheless, each connection's next
   * answer being its last. Then no new connection is taken, clients of server-sent events and
   * WebSockets are sent away, and what else is under way may finish within `limits.drainTimeoutMs`; then streams get
   * a final error, and whatever is left is cut.
   */
  close(): Promise<void>;
}

/** Opens both listeners. Rejects with Node's own error (EADDRINUSE, EACCES) when a port cannot be had. */
export async function listen(parts: Parts, options: ListenOptions): Promise<Listener> {
  const { host, port, adminHost, adminPort } = { ...defaultListen, ...options };
  const { adminNames: names, adminWrites: writes } = options;
  const clients = await serveClients(parts, options);
  const { server } = clients;
  await open(server, port, host);
  const admin = await listenForOperators(
    askAll(() => [clients.ask]),
    {
      host: adminHost,
      port: adminPort,
      clients: { scheme: clients.scheme, host, port: portOf(server) },
      names,
      writes,
    },
  ).catch((error: unknown) => {
    server.close();
    throw error;
  });
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await clients.leave();
    const closed = once(server, 'close');
    server.close();
    await clients.drain();
    await closed;
    admin.close();
  };
  return {
    scheme: clients.scheme,
    host,
    port: portOf(server),
    adminHost,
    adminPort: admin.port,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

async function open(server: Server, port: number, host: string): Promise<void> {
  server.listen(port, host);
  // Rejects on 'error'.
  await once(server, 'listening');
}

/** The port that a server has got. */
export function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
