import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { TlsConnection } from '../tls.js';

/** Where a server listens. */
export type Address =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/**
 * Connects; resolves with a socket that speaks HTTP/2 and whose errors are taken care of: its loss shows as
 * 'close'. What arrives goes to `receive`, in a buffer that is overwritten by the next bytes. Rejects when
 * there is no connection, and when `signal` is aborted before there is one.
 */
export type OpenSocket = (
  receive: (bytes: Buffer, length: number) => void,
  signal: AbortSignal,
) => Promise<Socket>;

/** Node reads this much at once. */
const readBytes = 64 * 1024;

/** A peer that vanished without data under way is noticed by the kernel, which no server counts as a ping. */
const tcpKeepaliveMs = 30_000;

export function createDial(address: Address, tls: TlsConnection | undefined): OpenSocket {
  return async (receive, signal) => {
    const secure = await tls?.();
    signal.throwIfAborted();
    const onread = {
      buffer: Buffer.allocUnsafeSlow(readBytes),
      callback(length: number, bytes: Uint8Array): boolean {
        // Node hands out the buffer that it was given.
        receive(bytes as Buffer, length);
        return true;
      },
    };
    const where =
      address.kind === 'unix' ? { path: address.path } : { host: address.host, port: address.port };
    const options = {
      ...where,
      onread,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: tcpKeepaliveMs,
    };
    if (secure === undefined) return whenOpen(connectTcp(options), 'connect', signal);
    const socket = connectTls({ ...options, ...secure });
    await whenOpen(socket, 'secureConnect', signal);
    if (socket.alpnProtocol === 'h2') return socket;
    socket.destroy();
    throw new Error('the server does not speak HTTP/2');
  };
}

function whenOpen<S extends Socket>(
  socket: S,
  event: 'connect' | 'secureConnect',
  signal: AbortSignal,
): Promise<S> {
  const abort = (): void => void socket.destroy();
  signal.addEventListener('abort', abort);
  return new Promise((resolve, reject) => {
    // Stays: an error after this is followed by 'close', which says enough.
    socket.on('error', reject);
    socket.once('close', () => {
      signal.removeEventListener('abort', abort);
      reject(new Error('closed'));
    });
    socket.once(event, () => {
      signal.removeEventListener('abort', abort);
      resolve(socket);
    });
  });
}
