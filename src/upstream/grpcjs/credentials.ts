import type { Socket } from 'node:net';
import { connect } from 'node:tls';
import * as grpc from '@grpc/grpc-js';
import type { TlsConnection } from '../tls.js';

/** Credentials that ask for certificates with each connection, or none for plain text. */
export function credentialsOf(tls: TlsConnection | undefined): grpc.ChannelCredentials {
  return tls === undefined ? grpc.credentials.createInsecure() : new TlsCredentials(tls);
}

/**
 * Those of grpc-js keep what they were made with, or look at files by a timer and forget good certificates while
 * bad ones lie there. It takes nothing but subclasses of its own.
 */
class TlsCredentials extends grpc.ChannelCredentials {
  readonly #tls: TlsConnection;

  constructor(tls: TlsConnection) {
    super();
    this.#tls = tls;
  }

  override _isSecure(): boolean {
    return true;
  }

  override _equals(other: grpc.ChannelCredentials): boolean {
    return this === other;
  }

  override _createSecureConnector(): grpc.experimental.SecureConnector {
    return {
      waitForReady: () => Promise.resolve(),
      connect: async (socket) => ({ socket: await secured(socket, this.#tls), secure: true }),
      getCallCredentials: () => grpc.CallCredentials.createEmpty(),
      destroy() {},
    };
  }
}

/** Rejects when the handshake fails, or ends without HTTP/2. */
async function secured(socket: Socket, tls: TlsConnection): Promise<Socket> {
  const options = await tls();
  return new Promise((resolve, reject) => {
    const secure = connect({ ...options, socket }, () => {
      if (secure.alpnProtocol === 'h2') resolve(secure);
      else reject(new Error('the server does not speak HTTP/2'));
    });
    secure.on('error', reject);
    secure.once('close', () => reject(new Error('closed')));
  });
}
