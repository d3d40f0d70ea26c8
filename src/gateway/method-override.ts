import { singleField } from '../headers.js';
import { Code, StatusError } from '../status/index.js';
import type { Exchange } from './exchange.js';

/** HTTP methods that a POST may stand for. */
const overriding = new Set(['PUT', 'PATCH', 'DELETE']);

/**
 * The HTTP method of a request, X-HTTP-Method-Override of a POST counted in: for clients behind
 * proxies that let nothing but GET and POST through. A POST never becomes a GET, which caches on
 * the way would have answered.
 *
 * Throws StatusError HEADER_MALFORMED.
 */
export function overriddenMethod({ httpMethod, headers }: Exchange): string {
  if (httpMethod !== 'POST') return httpMethod;
  const method = singleField(headers, 'x-http-method-override');
  if (method === undefined || method === 'POST') return httpMethod;
  if (overriding.has(method)) return method;
  throw new StatusError(
    Code.INVALID_ARGUMENT,
    'HEADER_MALFORMED',
    `Header field x-http-method-override can be ${[...overriding].join(', ')} or POST.`,
  );
}
