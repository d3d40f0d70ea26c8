import type { Duplex } from 'node:stream';

/** A line of messages to another process of this machine. */
export interface Channel<Out> {
  /** Those of one turn of the event loop leave in one write. Into the void where the other is gone. */
  send(message: Out): void;
  /** Sends what waits, and resolves when it has left. */
  end(): Promise<void>;
}

const newline = 10;

/**
 * Lists of messages as lines of JSON, both ways over one socket. It is a socket of their own, and not the one that
 * child_process passes connections through: there every message waits behind the connections.
 */
export function openChannel<In, Out>(socket: Duplex, receive: (message: In) => void): Channel<Out> {
  let waiting: Out[] = [];
  let pieces: Buffer[] = [];
  // Whether the other one is there is known from its process.
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    let from = 0;
    for (;;) {
      const end = chunk.indexOf(newline, from);
      if (end < 0) break;
      const line = Buffer.concat([...pieces, chunk.subarray(from, end)]).toString();
      pieces = [];
      from = end + 1;
      // Written by `send` of the same version of this file, or one that speaks the same dialect.
      const messages: readonly In[] = JSON.parse(line);
      for (const message of messages) receive(message);
    }
    if (from < chunk.length) pieces.push(chunk.subarray(from));
  });
  const flush = (): void => {
    const messages = waiting;
    waiting = [];
    if (socket.writable && messages.length > 0) socket.write(`${JSON.stringify(messages)}\n`);
  };
  return {
    send(message) {
      waiting.push(message);
      if (waiting.length === 1) setImmediate(flush);
    },
    end() {
      flush();
      return new Promise((resolve) => socket.end(() => resolve()));
    },
  };
}
