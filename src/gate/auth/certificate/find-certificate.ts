import { fieldValues } from '../../../headers.js';
import type { GateRequest, PeerCertificate } from '../../view.js';
import { type ClientCertificate, namesOf } from './client-certificate.js';
import { forwardedCertificate } from './forwarded.js';

/** The certificate of the client, where it has shown one; "malformed" where a sidecar says what nobody can read. */
export type FindCertificate = (request: GateRequest) => ClientCertificate | 'malformed' | undefined;

/**
 * The certificate that a client has shown to us, or to a sidecar that we trust. What a trusted sidecar
 * does not say is not so: its own certificate is not that of its clients. From anybody else
 * x-forwarded-client-cert means nothing.
 */
export function certificateFinder(isSidecar: (peerAddress: string) => boolean): FindCertificate {
  // A connection is one object, and its certificate is read once.
  const known = new WeakMap<PeerCertificate, ClientCertificate>();
  const direct = (peer: PeerCertificate): ClientCertificate => {
    const names = known.get(peer) ?? namesOf(peer);
    known.set(peer, names);
    return names;
  };
  return ({ headers, peerAddress, peerCertificate }) => {
    if (isSidecar(peerAddress)) {
      const fields = fieldValues(headers, 'x-forwarded-client-cert');
      if (fields.length === 0) return undefined;
      // Several fields are one list (RFC 9110 §5.3).
      return forwardedCertificate(fields.join(',')) ?? 'malformed';
    }
    return peerCertificate === undefined ? undefined : direct(peerCertificate);
  };
}
