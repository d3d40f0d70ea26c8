import type { HeaderFields } from '../gateway/index.js';

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
  return headers.some(
    ([name, value]) => name === 'transfer-encoding' || (name === 'content-length' && !/^0+$/.test(value)),
  );
}
