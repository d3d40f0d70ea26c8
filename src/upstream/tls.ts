import { isIP } from 'node:net';
import { type ConnectionOptions, checkServerIdentity, createSecureContext } from 'node:tls';
import type { Clock } from '../clock.js';
import { renewedFiles } from '../renewed-files.js';
import type { UpstreamTls } from './options.js';

/** What node:tls is told for a connection that is to speak HTTP/2; rejects when there are no certificates to be had. */
export type TlsConnection = () => Promise<ConnectionOptions>;

/** TLS towards a server that is called `authority`, "name:port", where the options name it no other way. */
export function createTls(options: UpstreamTls, authority: string, clock: Clock): TlsConnection {
  const secureContext = renewedFiles([options.ca, options.cert, options.key], clock, ([ca, cert, key]) =>
    createSecureContext({
      minVersion: 'TLSv1.2',
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    }),
  );
  const name = options.serverName ?? hostOf(authority);
  return async () => ({
    secureContext: await secureContext(),
    // SNI is for names alone (RFC 6066 §3).
    ...(isIP(name) > 0 ? {} : { servername: name }),
    checkServerIdentity: (_, certificate) => checkServerIdentity(name, certificate),
    ALPNProtocols: ['h2'],
  });
}

/** "orders:50051" → "orders"; "[::1]:50051" → "::1" */
function hostOf(authority: string): string {
  return authority.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}
