import { constants, X509Certificate } from 'node:crypto';
import { Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import type { Clock } from '../clock.js';
import { DiagnosticsError } from '../diagnostic/index.js';
import type { Limits } from '../limits.js';
import { type FileContents, renewedFiles } from '../renewed-files.js';
import type { FailedHandshake } from './handshake-log.js';
import { peerAddressOf } from './peer-address.js';

/** TLS for clients. Files in PEM form; renewed ones are used from the next connection on. */
export interface ListenTls {
  /** The certificate, and behind it those between it and its authority. */
  readonly cert: string;
  readonly key: string;
  /** Authorities that may have signed certificates of clients. */
  readonly clientCa?: string | undefined;
  /**
   * Whether clients are asked for a certificate, and whether they need one; one that is shown must be
   * good in any case. Default `require` where there is a `clientCa`, else `none`.
   */
  readonly clientCertificate?: 'none' | 'request' | 'require' | undefined;
  /** Default TLSv1.2. */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3' | undefined;
}

/** Where connections go. */
export interface TlsExits {
  /** HTTP/1.1, or no protocol named (RFC 7301). */
  readonly http1: (socket: TLSSocket) => void;
  readonly http2: (socket: TLSSocket) => void;
  /** Begins with something else than a handshake; its first bytes can be read from it. */
  readonly plain: (socket: Socket) => void;
}

/** The handshakes of a listener. */
export interface ServerTls {
  /** Takes a fresh connection through its handshake, and passes it on. One that takes too long is cut. */
  accept(socket: Socket): void;
  /** Cuts every connection that came through here. */
  closeAll(): void;
}

/** TLS out of files, before there is a listener. */
export interface LoadedTls {
  readonly open: (exits: TlsExits) => ServerTls;
  /** When the certificate that clients are shown now ends, in milliseconds since the epoch. */
  expiresAt(): number;
  /** Handshakes that came to nothing so far. */
  readonly failures: Readonly<Record<HandshakeFailure, number>>;
}

/** A client that took too long, whose certificate is none or no good, or that wants what is not spoken here. */
export type HandshakeFailure = 'timeout' | 'certificate' | 'protocol';

/** The content type of a record with a handshake in it (RFC 8446 §5.1): no text begins so. */
const handshakeRecord = 0x16;

/** `failed` is told of handshakes that come to nothing. Throws DiagnosticsError where no listener can be made of the files. */
export async function loadServerTls(
  options: ListenTls,
  limits: Limits,
  clock: Clock,
  failed: (handshake: FailedHandshake) => void,
): Promise<LoadedTls> {
  const clients = options.clientCertificate ?? (options.clientCa === undefined ? 'none' : 'require');
  if (clients !== 'none' && options.clientCa === undefined) {
    throw invalid(
      'Certificates of clients are asked for, but listen.tls.clientCa does not say who signs them.',
    );
  }
  // Node would take any certificate that one of the web's authorities has signed.
  const server = createServer({
    requestCert: clients !== 'none',
    rejectUnauthorized: clients === 'require',
    ALPNProtocols: ['h2', 'http/1.1'],
    handshakeTimeout: limits.tlsHandshakeTimeoutMs,
  });
  let expiresAt = Number.NaN;
  const failures: Record<HandshakeFailure, number> = { timeout: 0, certificate: 0, protocol: 0 };
  const fail = (reason: HandshakeFailure, socket: Socket, code?: string): void => {
    failures[reason] += 1;
    failed({ reason, address: addressBelow(socket), code });
  };
  const renew = ([cert, key, ca]: FileContents): void => {
    server.setSecureContext({
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(ca === undefined ? {} : { ca }),
      minVersion: options.minVersion ?? 'TLSv1.2',
      // RFC 9113 §9.2.1; in HTTP/1.1 nobody needs it either, and it costs the server most.
      secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    });
    if (cert !== undefined) expiresAt = Date.parse(new X509Certificate(cert).validTo);
  };
  const renewed = renewedFiles([options.cert, options.key, options.clientCa], clock, renew);
  try {
    await renewed();
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw invalid(`No TLS listener can be made of the files in listen.tls: ${problem}.`);
  }
  const open = (exits: TlsExits): ServerTls => {
    const sockets = new Set<Socket>();
    // Of one that takes too long Node says no more than that.
    server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
      // Node lets go of a client whose certificate is no good as if it had gone itself.
      const failure = socket.authorizationError ? 'certificate' : failureOf(error.code);
      if (failure !== undefined) fail(failure, socket, refusalBy(socket) ?? error.code);
      socket.destroy();
    });
    server.on('secureConnection', (socket) => {
      // What nobody has verified must not pass for no certificate.
      if (!socket.authorized && socket.getPeerX509Certificate() !== undefined) {
        fail('certificate', socket, refusalBy(socket));
        socket.destroy();
      } else if (socket.alpnProtocol === 'h2') exits.http2(socket);
      else exits.http1(socket);
    });
    return {
      accept(socket) {
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
        // Node knows it of a closed one only where somebody has asked before.
        peerAddressOf(socket);
        const end = (): void => void socket.destroy();
        socket.on('error', end).on('end', end);
        const timer = setTimeout(() => {
          fail('timeout', socket);
          end();
        }, limits.tlsHandshakeTimeoutMs);
        socket.once('close', () => clearTimeout(timer));
        socket.once('data', (first: Buffer) => {
          clearTimeout(timer);
          socket.off('end', end);
          socket.pause();
          socket.unshift(first);
          if (first[0] !== handshakeRecord) return exits.plain(socket);
          void renewed().then(() => {
            if (!socket.destroyed) server.emit('connection', socket);
          });
        });
      },
      closeAll() {
        for (const socket of sockets) socket.destroy();
      },
    };
  };
  return { open, expiresAt: () => expiresAt, failures };
}

/** Of the connection that the handshake was on: one of TLS that has failed has none any more. */
function addressBelow(socket: Socket): string {
  const below: unknown = Reflect.get(socket, '_parent');
  return peerAddressOf(below instanceof Socket ? below : socket);
}

/** Why the client's certificate is no good; Node has a code there, whatever its types say. */
function refusalBy({ authorizationError }: TLSSocket): string | undefined {
  return authorizationError ? String(authorizationError) : undefined;
}

/** By the codes of Node and OpenSSL; undefined where the client has just gone. */
function failureOf(code = ''): HandshakeFailure | undefined {
  if (code === 'ECONNRESET') return undefined;
  if (code === 'ERR_TLS_HANDSHAKE_TIMEOUT') return 'timeout';
  return /CERT|UNKNOWN_CA/.test(code) ? 'certificate' : 'protocol';
}

function invalid(text: string): DiagnosticsError {
  return new DiagnosticsError([{ severity: 'error', code: 'CONFIG_INVALID', text, locations: [] }]);
}
