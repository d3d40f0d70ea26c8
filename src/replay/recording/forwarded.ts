import type { IncomingMessage } from 'node:http';
import { fieldValues } from '../exchange.js';
import { endToEnd, fieldsOf } from './hop-by-hop.js';

/** The header fields of a request as the gateway gets them: as they came, but for what tells of the way. */
export function forwardedFields(request: IncomingMessage, to: URL): [string, string][] {
  const came = fieldsOf(request.rawHeaders);
  const [host] = fieldValues(came, 'host');
  const hops = [...fieldValues(came, 'x-forwarded-for'), request.socket.remoteAddress ?? ''];
  const own: [string, string][] = [
    ['Host', to.host],
    ['X-Forwarded-For', hops.filter((hop) => hop !== '').join(', ')],
  ];
  if (host !== undefined && !has(came, 'x-forwarded-host')) own.push(['X-Forwarded-Host', host]);
  if (!has(came, 'x-forwarded-proto')) own.push(['X-Forwarded-Proto', 'http']);
  if (fieldValues(came, 'te').some((value) => /\btrailers\b/i.test(value))) own.push(['TE', 'trailers']);
  if (has(came, 'transfer-encoding')) own.push(['Transfer-Encoding', 'chunked']);
  else if (!has(came, 'content-length') && request.method !== 'GET' && request.method !== 'HEAD')
    own.push(['Content-Length', '0']);
  const rest = endToEnd(came).filter(([name]) => !/^(host|x-forwarded-for)$/i.test(name));
  return [...own, ...rest];
}

function has(fields: readonly (readonly [string, string])[], name: string): boolean {
  return fieldValues(fields, name).length > 0;
}
