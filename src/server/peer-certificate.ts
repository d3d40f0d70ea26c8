import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { PeerCertificate } from '../gate/index.js';

/** The certificate that a client has shown on a connection, where it was verified in the handshake. */
export function peerCertificateOf(socket: Socket | TLSSocket): PeerCertificate | undefined {
  if (!('encrypted' in socket) || !socket.authorized) return undefined;
  const certificate = socket.getPeerX509Certificate();
  return certificate && { raw: certificate.raw };
}

/**
 * As `peerCertificateOf`, once per connection: `connection` is what stands for it in all of its
 * requests, the socket of HTTP/1.1 and the session of HTTP/2.
 */
export function peerCertificates(): (
  connection: object,
  socket: Socket | TLSSocket,
) => PeerCertificate | undefined {
  const known = new WeakMap<object, PeerCertificate>();
  return (connection, socket) => {
    if (!('encrypted' in socket) || !socket.authorized) return undefined;
    const made = known.get(connection) ?? peerCertificateOf(socket);
    if (made !== undefined) known.set(connection, made);
    return made;
  };
}
