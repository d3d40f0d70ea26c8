import type { HeaderFields } from '../gateway/index.js';

/** Anything Node makes of a request's header fields. */
interface RawRequest {
  readonly rawHeaders: readonly string[];
}

/**
 * The header fields of an HTTP/2 request as those of HTTP/1.1: without pseudo-header fields, whose
 * `:authority` is Host (RFC 9113 §8.3.1), and with the crumbs of Cookie as one field (§8.2.3).
 */
export function http2HeaderFieldsOf({ rawHeaders }: RawRequest): HeaderFields {
  const all = headerFieldsOf(rawHeaders);
  const fields = all.filter(([name]) => !name.startsWith(':') && name !== 'cookie');
  const cookies = all.filter(([name]) => name === 'cookie').map(([, value]) => value);
  const authority = all.find(([name]) => name === ':authority')?.[1];
  const hasHost = fields.some(([name]) => name === 'host');
  return [
    ...fields,
    ...(cookies.length === 0 ? [] : [['cookie', cookies.join('; ')] as const]),
    ...(authority === undefined || hasHost ? [] : [['host', authority] as const]),
  ];
}

/** Node's flat list of names and values as header fields: names in lower case, order and duplicates kept. */
export function headerFieldsOf(rawHeaders: readonly string[]): HeaderFields {
  const fields: [string, string][] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    fields.push([(rawHeaders[i] ?? '').toLowerCase(), rawHeaders[i + 1] ?? '']);
  }
  return fields;
}

/** Whether a request has a body (RFC 9112 §6.3): what its header fields announce, for any method. */
export function announcesBody(headers: HeaderFields): boolean {
  for (const [name, value] of headers) {
    if (name === 'transfer-encoding' || (name === 'content-length' && !/^0+$/.test(value))) return true;
  }
  return false;
}
