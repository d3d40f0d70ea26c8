import type { Socket } from 'node:net';
import { DiagnosticsError } from '../diagnostic/index.js';
import { addressKey, addressRanges } from '../gate/index.js';
import { readProxyHeader } from './proxy-header.js';

/** Connections through proxies that say by the PROXY protocol for whom they connect. */
export interface ProxyProtocol {
  /**
   * Reads the header of a fresh connection from one of the proxies, and passes on what comes behind it: whoever looks
   * at the address of its peer sees the one that the proxy has named. Others are passed on as they are. A proxy that
   * sends no header, a wrong one, or none in time, has its connection closed.
   */
  accept(socket: Socket, next: (socket: Socket) => void): void;
  /** Gives a connection that was made of an accepted one, by TLS, its address. */
  name(socket: Socket): void;
  /** Closes connections whose header has not come. */
  closeAll(): void;
}

/** `from`: addresses and ranges (CIDR) of the proxies. Throws DiagnosticsError where they are none. */
export function createProxyProtocol(from: readonly string[], headerTimeoutMs: number): ProxyProtocol {
  const compiled = addressRanges(from);
  if ('problems' in compiled) {
    const text = `listen.proxyProtocolFrom has a wrong value: ${compiled.problems.join('; ')}.`;
    throw new DiagnosticsError([{ severity: 'error', code: 'CONFIG_INVALID', text, locations: [] }]);
  }
  /** By the peer's own address and port, which no two connections have at once. */
  const named = new Map<string, string>();
  const waiting = new Set<Socket>();
  const isProxy = ({ remoteAddress }: Socket): boolean => {
    const key = addressKey(remoteAddress ?? '');
    return key !== undefined && compiled.ranges(key);
  };

  const accept = (socket: Socket, next: (socket: Socket) => void): void => {
    if (!isProxy(socket)) {
      next(socket);
      return;
    }
    const own = peerOf(socket);
    const fail = (): void => void socket.destroy();
    const timer = setTimeout(fail, headerTimeoutMs);
    const forget = (): void => {
      clearTimeout(timer);
      waiting.delete(socket);
    };
    let head = Buffer.alloc(0);
    const read = (chunk: Buffer): void => {
      head = Buffer.concat([head, chunk]);
      const header = readProxyHeader(head);
      if (header.kind === 'more') return;
      socket.off('data', read).off('error', fail).off('end', fail).off('close', forget);
      forget();
      if (header.kind === 'malformed') {
        socket.on('error', () => undefined);
        socket.destroy();
        return;
      }
      if (header.address !== undefined) {
        named.set(own, header.address);
        socket.once('close', () => named.delete(own));
        give(socket, header.address);
      }
      socket.pause();
      if (header.length < head.length) socket.unshift(head.subarray(header.length));
      next(socket);
      process.nextTick(() => socket.resume());
    };
    waiting.add(socket);
    socket.on('data', read).on('error', fail).on('end', fail).once('close', forget);
  };
  return {
    accept,
    name(socket) {
      const address = named.get(peerOf(socket));
      if (address !== undefined) give(socket, address);
    },
    closeAll() {
      for (const socket of waiting) socket.destroy();
    },
  };
}

const peerOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;

/** In the place of the getter that asks the operating system. */
function give(socket: Socket, address: string): void {
  Object.defineProperty(socket, 'remoteAddress', { value: address });
}
