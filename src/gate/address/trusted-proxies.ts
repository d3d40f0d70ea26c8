import { DiagnosticsError } from '../../diagnostic/index.js';
import { fieldValues, listElements, trimOws } from '../../headers.js';
import type { GateRequest } from '../view.js';
import { addressKey, canonicalAddress, canonicalPeer } from './address.js';
import { addressRanges } from './ranges.js';

/** What is believed of what proxies in front of the gateway say. */
export interface TrustedProxies {
  /** Whether the peer of a request is one of them. */
  isPeer(request: Pick<GateRequest, 'peerAddress'>): boolean;
  /** Address of the client behind them, or of the peer, in one spelling; "" where unknown. */
  clientAddress(request: Pick<GateRequest, 'peerAddress' | 'headers'>): string;
  /**
   * A request with the scheme and host for which its client has asked the proxy, and without the id that
   * its peer may not give it; itself where there is nothing to change.
   */
  asSent<R extends GateRequest>(request: R): R;
}

/** Whose X-Request-Id is kept. */
export type RequestIdsFrom = 'clients' | 'trustedProxies';

/** The word for peers that have no address. */
const unix = 'unix';

/** What is wrong with `trustedProxies`, for people. */
export function trustedProxiesProblems(options: readonly string[]): readonly string[] {
  const compiled = addressRanges(options.filter((option) => option !== unix));
  return 'problems' in compiled ? compiled.problems : [];
}

/**
 * Without options nobody is trusted; throws DiagnosticsError for options that are none. X-Forwarded-For is read from the right: each proxy appends the
 * address of who came to it, so that an entry is as good as the hop behind it. What is no address
 * ends the walk at the last hop that is one.
 */
export function createTrustedProxies(
  options: readonly string[] = [],
  requestIdsFrom: RequestIdsFrom = 'clients',
): TrustedProxies {
  const compiled = addressRanges(options.filter((option) => option !== unix));
  if ('problems' in compiled) {
    const text = `The option trustedProxies has a wrong value: ${compiled.problems.join('; ')}.`;
    throw new DiagnosticsError([{ severity: 'error', code: 'CONFIG_INVALID', text, locations: [] }]);
  }
  const { ranges } = compiled;
  const trustsUnix = options.includes(unix);
  const isTrusted = (address: string): boolean => {
    const key = addressKey(address);
    return key !== undefined && ranges(key);
  };
  const isPeer = ({ peerAddress }: Pick<GateRequest, 'peerAddress'>): boolean =>
    peerAddress === '' ? trustsUnix : isTrusted(peerAddress);

  function clientAddress({ peerAddress, headers }: Pick<GateRequest, 'peerAddress' | 'headers'>): string {
    const peer = canonicalPeer(peerAddress);
    if (options.length === 0 || !isPeer({ peerAddress })) return peer;
    let address = peer;
    for (const hop of listElements(headers, 'x-forwarded-for').toReversed()) {
      const next = canonicalAddress(withoutPort(hop));
      if (next === undefined) break;
      address = next;
      if (!isTrusted(next)) break;
    }
    return address;
  }

  function asSent<R extends GateRequest>(request: R): R {
    if (options.length === 0 || !isPeer(request)) {
      return requestIdsFrom === 'trustedProxies' ? withoutField(request, 'x-request-id') : request;
    }
    const scheme = lastElement(request, 'x-forwarded-proto')?.toLowerCase();
    const host = lastElement(request, 'x-forwarded-host');
    const isScheme = scheme === 'http' || scheme === 'https';
    const isHost = host !== undefined && /^[\w.:[\]-]+$/.test(host);
    if (!isScheme && !isHost) return request;
    const others = request.headers.filter(([name]) => name !== 'host');
    return {
      ...request,
      ...(isScheme ? { scheme } : {}),
      ...(isHost ? { headers: [...others, ['host', host]] } : {}),
    };
  }

  return { isPeer, clientAddress, asSent };
}

function withoutField<R extends GateRequest>(request: R, name: string): R {
  const headers = request.headers.filter(([other]) => other !== name);
  return headers.length === request.headers.length ? request : { ...request, headers };
}

/** What the nearest proxy has said last; others may have been put in front of it by anybody. */
function lastElement({ headers }: GateRequest, name: string): string | undefined {
  const value = fieldValues(headers, name).at(-1);
  return value === undefined ? undefined : trimOws(value.slice(value.lastIndexOf(',') + 1));
}

/** "192.0.2.1:80" and "[2001:db8::1]:80", as some proxies write; "2001:db8::1" has no port. */
function withoutPort(hop: string): string {
  const [, bracketed, dotted] = /^\[([^\]]*)\](?::\d{1,5})?$|^([\d.]+):\d{1,5}$/.exec(hop) ?? [];
  return bracketed ?? dotted ?? hop;
}
