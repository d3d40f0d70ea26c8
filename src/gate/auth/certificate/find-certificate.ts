import { LRUCache } from 'lru-cache';
import { fieldValues } from '../../../headers.js';
import type { GateRequest, PeerCertificate } from '../../view.js';
import { type ClientCertificate, namesOf } from './client-certificate.js';
import { forwardedCertificate } from './forwarded.js';

/** The certificate of the client, where it has shown one; "malformed" where a sidecar says what nobody can read. */
export type FindCertificate = (request: GateRequest) => ClientCertificate | 'malformed' | undefined;

/** What sidecars have said is remembered, by its text, up to so many and so long ones. */
const saidMax = 1_000;
const saidLengthMax = 2_048;

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
  // A sidecar says the same of a client with every request.
  const said = new LRUCache<string, ClientCertificate>({ max: saidMax });
  const forwarded = (field: string): ClientCertificate | 'malformed' => {
    const names = said.get(field) ?? forwardedCertificate(field);
    if (names === undefined) return 'malformed';
    if (field.length <= saidLengthMax) said.set(field, names);
    return names;
  };
  return ({ headers, peerAddress, peerCertificate }) => {
    if (isSidecar(peerAddress)) {
      const fields = fieldValues(headers, 'x-forwarded-client-cert');
      if (fields.length === 0) return undefined;
      // Several fields are one list (RFC 9110 §5.3).
      return forwarded(fields.join(','));
    }
    return peerCertificate === undefined ? undefined : direct(peerCertificate);
  };
}
