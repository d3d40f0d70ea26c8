import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP relay that counts what passes: tells on the outside whether something was compressed. */
export interface CountingRelay {
  readonly port: number;
  /** Bytes from clients to the server so far, of all connections. */
  up(): number;
  /** Bytes from the server to clients so far. */
  down(): number;
  close(): Promise<void>;
}

/** Starts one on a free port, before the server on that port of 127.0.0.1. */
export async function startCountingRelay(serverPort: number): Promise<CountingRelay> {
  let up = 0;
  let down = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(serverPort, '127.0.0.1');
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => sockets.delete(from));
      from.pipe(to);
    }
    client.on('data', (chunk) => {
      up += chunk.length;
    });
    upstream.on('data', (chunk) => {
      down += chunk.length;
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    up: () => up,
    down: () => down,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
