import { createHash, X509Certificate } from 'node:crypto';
import type { PeerCertificate } from '../../view.js';

/** What a verified client certificate says of its owner, whoever verified it. */
export interface ClientCertificate {
  /** SHA-256 of the certificate, base64url, as `x5t#S256` has it (RFC 8705 §3.1); undefined where nobody says. */
  readonly thumbprint: string | undefined;
  /** Distinguished name, the most specific part first (RFC 2253): `CN=batch,O=Example`. */
  readonly subject: string | undefined;
  readonly uris: readonly string[];
  readonly dnsNames: readonly string[];
}

/**
 * The names of a certificate. Names with characters that no honest name has (NUL above all, at which
 * other readers end) are left out, and so are the URIs of a SPIFFE certificate that has more than one:
 * it has no identity (X509-SVID §2).
 */
export function namesOf({ raw }: PeerCertificate): ClientCertificate {
  const { subject, subjectAltName = '' } = new X509Certificate(raw);
  const names = alternativeNames(subjectAltName);
  return {
    thumbprint: createHash('sha256').update(raw).digest('base64url'),
    subject: subject === '' || subject === undefined ? undefined : subject.split('\n').reverse().join(','),
    uris: oneIdentity(names.filter(([type]) => type === 'URI').map(([, name]) => name)),
    dnsNames: names.filter(([type]) => type === 'DNS').map(([, name]) => name),
  };
}

/** URIs of which at most one is of SPIFFE, and then alone. */
export function oneIdentity(uris: readonly string[]): readonly string[] {
  return uris.length > 1 && uris.some((uri) => /^spiffe:/i.test(uri)) ? [] : uris;
}

/** Whether a text can be a name: visible ASCII. */
export function isName(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

/** ENTRY {", " ENTRY}; ENTRY = type ":" (text without "," or quotes | JSON string): what Node makes of a subjectAltName. */
function alternativeNames(text: string): readonly (readonly [type: string, name: string])[] {
  const entry = /([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,"]*)(?:, |$)/y;
  const names: [string, string][] = [];
  while (entry.lastIndex < text.length) {
    const match = entry.exec(text);
    // What cannot be read cannot be trusted, the rest of it included.
    if (match === null) return [];
    const [, type = '', value = ''] = match;
    const name: unknown = value.startsWith('"') ? JSON.parse(value) : value;
    if (typeof name === 'string' && isName(name)) names.push([type, name]);
  }
  return names;
}
