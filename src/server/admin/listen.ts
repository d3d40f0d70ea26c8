import { once } from 'node:events';
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { type AdminAccess, createAdminApp } from './app.js';
import type { ClientsAddress } from './console.js';
import type { Ask } from './operation.js';

/** The open listener for operators. */
export interface AdminListener {
  readonly host: string;
  readonly port: number;
  /** At once: nobody's work hangs on it. */
  close(): void;
}

/** Opens the listener for operators. Rejects with Node's own error when the port cannot be had. */
export async function listenForOperators(
  ask: Ask,
  {
    host,
    port,
    clients,
    ...access
  }: { readonly host: string; readonly port: number; readonly clients: ClientsAddress } & AdminAccess,
): Promise<AdminListener> {
  const server = createServer(
    getRequestListener(createAdminApp(ask, clients, access).fetch, { overrideGlobalObjects: false }),
  );
  server.listen(port, host);
  // Rejects on 'error'.
  await once(server, 'listening');
  const address = server.address();
  return {
    host,
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
