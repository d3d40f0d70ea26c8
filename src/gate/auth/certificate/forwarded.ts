import { trimOws } from '../../../headers.js';
import { type ClientCertificate, isName, oneIdentity } from './client-certificate.js';

/**
 * x-forwarded-client-cert as Envoy writes it:
 *
 *     field   = element {"," element}        one element per proxy, the nearest last
 *     element = pair {";" pair}
 *     pair    = key "=" value                By, Hash, Cert, Chain, Subject, URI, DNS; in any case
 *     value   = text without , ; = " | '"' {character | "\" character} '"'
 *
 * Of escapes only that of the quote is Envoy's: others are those of the distinguished name (RFC 2253 §2.4),
 * where "a\,O=admin" is one part and "a,O=admin" two.
 *
 * The last element counts: it is the one that the proxy in front of us has written about the client
 * that it verified. Those before it are what that client has sent. Undefined where the text is none.
 */
export function forwardedCertificate(field: string): ClientCertificate | undefined {
  let pairs: [key: string, value: string][] = [];
  let at = 0;
  for (;;) {
    const pair = pairAt(field, at);
    if (pair === undefined) return undefined;
    pairs.push([pair.key.toLowerCase(), pair.value]);
    at = pair.end;
    if (at === field.length) return certificateOf(pairs);
    if (field[at] === ',') pairs = [];
    at += 1;
  }
}

/** The pair that begins at `at`; its end is the end of the field, or the place of a "," or ";". */
function pairAt(
  field: string,
  at: number,
): { readonly key: string; readonly value: string; readonly end: number } | undefined {
  const pair = /[ \t]*([A-Za-z]+)=(?:"((?:[^"\\]|\\.)*)"[ \t]*|([^,;"]*))(?=[,;]|$)/y;
  pair.lastIndex = at;
  const match = pair.exec(field);
  if (match === null) return undefined;
  const [, key = '', quoted, plain = ''] = match;
  const value = quoted === undefined ? trimOws(plain) : quoted.replaceAll('\\"', '"');
  return { key, value, end: pair.lastIndex };
}

function certificateOf(
  pairs: readonly (readonly [key: string, value: string])[],
): ClientCertificate | undefined {
  // Envoy writes "URI=" for a certificate without one.
  const all = (key: string): string[] =>
    pairs.filter(([name, value]) => name === key && value !== '').map(([, value]) => value);
  const [hash, ...otherHashes] = all('hash');
  const [subject, ...otherSubjects] = all('subject');
  if (otherHashes.length > 0 || otherSubjects.length > 0) return undefined;
  if (hash !== undefined && !/^[0-9a-f]{64}$/i.test(hash)) return undefined;
  return {
    thumbprint: hash === undefined ? undefined : Buffer.from(hash, 'hex').toString('base64url'),
    subject,
    uris: oneIdentity(all('uri').filter(isName)),
    dnsNames: all('dns').filter(isName),
  };
}
