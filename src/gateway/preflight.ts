import { fieldValues } from '../headers.js';
import type { Match } from '../httprule/index.js';
import type { Route, Surface } from '../surface/index.js';
import type { Exchange, HeaderFields } from './exchange.js';

/** What a browser is told before it asks across origins. */
export interface Preflight {
  readonly found: Match<Route>;
  readonly headers: HeaderFields;
}

/**
 * The answer to a CORS preflight (WHATWG Fetch §3.2.2), where the route that it asks for has one.
 * Nobody is authenticated in a preflight, so that it is asked about what everybody may see.
 */
export function preflight(surface: Surface, exchange: Exchange): Preflight | undefined {
  const { httpMethod, headers, target } = exchange;
  if (httpMethod !== 'OPTIONS' || fieldValues(headers, 'origin').length === 0) return undefined;
  const [wanted, ...more] = fieldValues(headers, 'access-control-request-method');
  // It is repeated in the answer, and some routes are for methods of any name.
  if (wanted === undefined || more.length > 0 || !/^[\w-]+$/.test(wanted)) return undefined;
  const found = matchOf(surface, wanted, target);
  if (found === undefined || !('route' in found)) return undefined;
  const told = found.route.gate.preflight?.(exchange, wanted);
  return told && { found, headers: told };
}

/** Undefined for a path that nobody can read: what is wrong with it is said in the usual way. */
function matchOf(surface: Surface, httpMethod: string, target: string) {
  try {
    return surface.routerFor('public').match(httpMethod, target);
  } catch {
    return undefined;
  }
}
