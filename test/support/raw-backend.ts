import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { settings, settingsAck } from './frames.js';

export interface ReceivedFrame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** One connection of a client, seen from a server that does nothing by itself. */
export interface RawPeer {
  /** 0 for the first connection. */
  readonly index: number;
  readonly socket: Socket;
  /** Whatever the client has sent after its preface. */
  readonly received: readonly ReceivedFrame[];
  /** Writes all of it at once. */
  send(...frames: readonly Buffer[]): void;
  /** The first frame that fits, received already or later. Rejects when the connection closes without it. */
  wait(fits: (frame: ReceivedFrame) => boolean): Promise<ReceivedFrame>;
  readonly closed: Promise<void>;
}

export interface RawBackend {
  readonly port: number;
  readonly peers: readonly RawPeer[];
  close(): Promise<void>;
}

/** Starts a server of raw frames on a free port; `serve` runs once for each connection. */
export async function startRawBackend(serve: (peer: RawPeer) => unknown): Promise<RawBackend> {
  const peers: RawPeer[] = [];
  const server = createServer((socket) => {
    socket.setNoDelay();
    const peer = createPeer(socket, peers.length);
    peers.push(peer);
    // A script that waits for what does not come ends with its connection.
    Promise.resolve(serve(peer)).catch(() => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    peers,
    async close() {
      for (const { socket } of peers) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Says what a server has to say first. */
export function greet(peer: RawPeer, ...pairs: readonly (readonly [id: number, value: number])[]): void {
  peer.send(settings(...pairs), settingsAck);
}

/** Calls `onCall` with the stream of each call, once its request has ended. */
export async function eachCall(peer: RawPeer, onCall: (stream: number) => unknown): Promise<never> {
  for (let stream = 1; ; stream += 2) {
    await peer.wait((frame) => frame.stream === stream && frame.type <= 1 && (frame.flags & 1) === 1);
    onCall(stream);
  }
}

const prefaceBytes = 24;

function createPeer(socket: Socket, index: number): RawPeer {
  const received: ReceivedFrame[] = [];
  const waiters = new Set<() => void>();
  let buffer = Buffer.alloc(0);
  let isGreeted = false;
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    buffer = Buffer.concat([buffer, chunk]);
    if (!isGreeted) {
      if (buffer.length < prefaceBytes) return;
      buffer = buffer.subarray(prefaceBytes);
      isGreeted = true;
    }
    while (buffer.length >= 9 && buffer.length >= 9 + buffer.readUIntBE(0, 3)) {
      const end = 9 + buffer.readUIntBE(0, 3);
      received.push({
        type: buffer.readUInt8(3),
        flags: buffer.readUInt8(4),
        stream: buffer.readUInt32BE(5),
        payload: buffer.subarray(9, end),
      });
      buffer = buffer.subarray(end);
    }
    for (const waiter of waiters) waiter();
  });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return {
    index,
    socket,
    received,
    closed,
    send: (...frames) => {
      if (socket.writable) socket.write(Buffer.concat(frames));
    },
    wait: (fits) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = received.find(fits);
          if (found === undefined) return;
          waiters.delete(look);
          resolve(found);
        };
        waiters.add(look);
        void closed.then(() => reject(new Error('closed')));
        look();
      }),
  };
}
