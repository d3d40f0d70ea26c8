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
    const name = rawHeaders[i] ?? '';
    fields.push([usualNames.get(name) ?? name.toLowerCase(), rawHeaders[i + 1] ?? '']);
  }
  return fields;
}

/**
 * What most requests have, as most write it, → the one string that this program has of it: a name is compared often,
 * and with itself that costs nothing.
 */
const usualNames: ReadonlyMap<string, string> = new Map(
  `
    accept accept-encoding accept-language authorization cache-control connection content-encoding
    content-length content-type cookie dnt expect forwarded host if-match if-modified-since if-none-match
    idempotency-key keep-alive origin pragma priority range referer sec-ch-ua sec-ch-ua-mobile
    sec-ch-ua-platform sec-fetch-dest sec-fetch-mode sec-fetch-site te traceparent tracestate
    transfer-encoding upgrade upgrade-insecure-requests user-agent via x-api-key x-envoy-attempt-count
    x-envoy-expected-rq-timeout-ms x-forwarded-for x-forwarded-host x-forwarded-port x-forwarded-proto
    x-real-ip x-request-id x-b3-traceid x-b3-spanid x-b3-sampled
  `
    .trim()
    .split(/\s+/)
    .flatMap((name) => [
      [name, name],
      [name.replace(/(?<=^|-)[a-z]/g, (letter) => letter.toUpperCase()), name],
    ]),
);

/** Whether a request has a body (RFC 9112 §6.3): what its header fields announce, for any method. */
export function announcesBody(headers: HeaderFields): boolean {
  for (const [name, value] of headers) {
    if (name === 'transfer-encoding' || (name === 'content-length' && !/^0+$/.test(value))) return true;
  }
  return false;
}
