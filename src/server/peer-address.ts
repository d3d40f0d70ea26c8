import type { Socket } from 'node:net';

/** What no list of addresses has in it, and no proxy is trusted by (RFC 7239 §6.2). */
const unknown = 'unknown';

/**
 * Address of the peer of a connection: "" where it has none, as on a Unix socket, and "unknown" where it
 * had one: a client that resets its connection right behind its request must not be taken for a peer
 * without an address.
 */
export function peerAddressOf(socket: Socket): string {
  return socket.remoteAddress ?? (socket.destroyed || socket.localAddress !== undefined ? unknown : '');
}
