import { connect } from 'node:net';

/** What came back over one connection, byte for byte. */
export interface RawAnswer {
  readonly text: string;
  /** Of each response in it, in order. */
  readonly statuses: readonly number[];
  /** Whether the other side closed the connection. */
  readonly closed: boolean;
}

/**
 * Writes bytes to a fresh connection and returns all that comes back until the other side closes it,
 * or until `quietMs` pass without a byte after the first answer.
 */
export function sendRaw(port: number, bytes: string | Uint8Array, quietMs = 150): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let timer: NodeJS.Timeout | undefined;
    const socket = connect(port, '127.0.0.1');
    const finish = (closed: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      const text = Buffer.concat(chunks).toString('latin1');
      resolve({
        text,
        statuses: [...text.matchAll(/(?:^|\n)HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1])),
        closed,
      });
    };
    socket.on('connect', () => socket.write(bytes));
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      clearTimeout(timer);
      timer = setTimeout(() => finish(false), quietMs);
    });
    socket.on('error', () => {});
    socket.on('close', () => finish(true));
  });
}
