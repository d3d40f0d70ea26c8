import {
  firstField,
  isPrintableAscii,
  listElements,
  malformedHeader,
  singleField,
  trimOws,
} from '../headers.js';
import type { Metadata, MetadataEntry } from '../status/index.js';
import type { Exchange } from './exchange.js';
import type { MetadataNames } from './metadata-rules.js';

/**
 * Request header fields → metadata for the backend: an allow-list, so that clients set what they
 * may and nothing else. What the gateway knows itself is set last and once: x-request-id,
 * x-forwarded-for (with the peer appended, as one list), -proto, -host, -user-agent.
 *
 * Throws StatusError INVALID_ARGUMENT (HEADER_MALFORMED): a second authorization, x-request-id or
 * content-type, a character outside 0x20 to 0x7E, "-bin" that is not base64.
 */
export function requestMetadata(exchange: Exchange, names: MetadataNames, requestId: string): Metadata {
  const { headers } = exchange;
  for (const name of givenOnce) singleField(headers, name);
  const metadata: MetadataEntry[] = [];
  let hopByHop: readonly string[] | undefined;
  for (const field of headers) {
    const name = field[0];
    if (!names.request.has(name) || name === 'x-request-id') continue;
    // RFC 9110 §7.6.1: what Connection names is between the client and us.
    hopByHop ??= listElements(headers, 'connection').map((one) => one.toLowerCase());
    if (!hopByHop.includes(name)) addEntries(metadata, name, field[1]);
  }
  metadata.push(['x-request-id', checked('x-request-id', requestId)]);
  addForwarding(metadata, exchange);
  return metadata;
}

const givenOnce = ['authorization', 'content-type', 'x-request-id'];

function addEntries(metadata: MetadataEntry[], name: string, value: string): void {
  if (name.endsWith('-bin')) {
    for (const part of value.split(',')) metadata.push([name, base64(name, trimOws(part))]);
  } else metadata.push([name, checked(name, trimOws(value))]);
}

function checked(name: string, value: string): string {
  if (!isPrintableAscii(value)) throw malformedHeader(name, 'may hold printable ASCII only');
  return value;
}

/** gRPC over HTTP/2, "Binary-Header": base64 with or without padding. */
function base64(name: string, text: string): Uint8Array {
  const digits = text.replace(/={1,2}$/, '');
  const padded = digits.length !== text.length;
  if (!/^[A-Za-z0-9+/]*$/.test(digits) || digits.length % 4 === 1 || (padded && text.length % 4 !== 0)) {
    throw malformedHeader(name, 'must be base64');
  }
  return Uint8Array.from(Buffer.from(digits, 'base64'));
}

function addForwarding(metadata: MetadataEntry[], { headers, peerAddress, scheme }: Exchange): void {
  const given = listElements(headers, 'x-forwarded-for');
  if (given.length === 0) add(metadata, 'x-forwarded-for', peerAddress || undefined);
  else add(metadata, 'x-forwarded-for', (peerAddress === '' ? given : [...given, peerAddress]).join(', '));
  metadata.push(['x-forwarded-proto', scheme]);
  add(metadata, 'x-forwarded-host', singleField(headers, 'host') ?? singleField(headers, ':authority'));
  add(metadata, 'x-forwarded-user-agent', firstField(headers, 'user-agent'));
}

function add(metadata: MetadataEntry[], name: string, value: string | undefined): void {
  if (value !== undefined) metadata.push([name, checked(name, value)]);
}
