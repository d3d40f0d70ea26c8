import { isIPv4, isIPv6 } from 'node:net';

/** Where one TCP endpoint listens; `host` is a name or an address without brackets. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/**
 * A backend's address, parsed. Equal targets have equal `text`, which is also how a target is shown:
 * "orders:50051", "[::1]:50051", "10.0.0.1:1,10.0.0.2:1", "dns:///orders:50051", "unix:/run/orders.sock".
 */
export type Target =
  /** One endpoint; a name is resolved when connecting. */
  | { readonly kind: 'host'; readonly text: string; readonly endpoint: HostPort }
  /** Addresses of equal standing, in the order given; calls go round them. */
  | { readonly kind: 'list'; readonly text: string; readonly endpoints: readonly HostPort[] }
  /** A name whose addresses are all used; calls go round them. */
  | { readonly kind: 'dns'; readonly text: string; readonly endpoint: HostPort }
  | { readonly kind: 'unix'; readonly text: string; readonly path: string }
  /** A name that the control plane of a mesh resolves, balances and secures. */
  | { readonly kind: 'xds'; readonly text: string };

/** A target that is left to the control plane of a mesh. */
export type XdsTarget = Extract<Target, { readonly kind: 'xds' }>;

/** A target that is one endpoint. */
export type EndpointTarget = Extract<Target, { readonly kind: 'host' | 'unix' }>;

/**
 * Reads a target in the forms of gRPC's name syntax that are supported (grpc, "gRPC Name Resolution").
 *
 * "orders:50051" · "[::1]:50051" · "10.0.0.1:1,10.0.0.2:1" · "dns:///orders:50051" · "unix:/path" · "unix:///path"
 *
 * Returns a problem, a sentence for the operator that ends in what to write instead, for anything else.
 */
export function parseTarget(text: string): Target | { readonly problem: string } {
  const trimmed = text.trim();
  const scheme = /^([a-z][a-z0-9+.-]*):(?!\d+$)/i.exec(trimmed)?.[1]?.toLowerCase();
  if (scheme === 'unix') return parseUnix(trimmed);
  if (scheme === 'dns') return parseDns(trimmed);
  if (scheme === 'xds') return parseXds(trimmed);
  if (scheme !== undefined && trimmed.startsWith('//', scheme.length + 1)) {
    return {
      problem: `the target "${text}" has the unknown scheme "${scheme}"; write host:port, dns:///host:port or unix:/path`,
    };
  }
  return parseEndpoints(trimmed);
}

function parseEndpoints(text: string): Target | { readonly problem: string } {
  const endpoints: HostPort[] = [];
  for (const part of text.split(',')) {
    const endpoint = parseHostPort(part.trim());
    if ('problem' in endpoint) return endpoint;
    endpoints.push(endpoint);
  }
  const [first] = endpoints;
  if (first !== undefined && endpoints.length === 1) {
    return { kind: 'host', text: formatHostPort(first), endpoint: first };
  }
  const named = endpoints.find((endpoint) => isIPv4(endpoint.host) === isIPv6(endpoint.host));
  if (named !== undefined) {
    return {
      problem: `the list "${text}" holds the name "${named.host}"; a list may hold IP addresses only, use dns:///name:port for a name`,
    };
  }
  if (new Set(endpoints.map((endpoint) => isIPv4(endpoint.host))).size > 1) {
    return { problem: `the list "${text}" mixes IPv4 and IPv6 addresses; use addresses of one family` };
  }
  return { kind: 'list', text: endpoints.map(formatHostPort).join(','), endpoints };
}

function parseDns(text: string): Target | { readonly problem: string } {
  const match = /^dns:(?:\/\/\/)?([^/]+)$/i.exec(text);
  if (match?.[1] === undefined) {
    return {
      problem: `the target "${text}" is not of the form dns:///host:port; a DNS server cannot be named`,
    };
  }
  const endpoint = parseHostPort(match[1]);
  if ('problem' in endpoint) return endpoint;
  return { kind: 'dns', text: `dns:///${formatHostPort(endpoint)}`, endpoint };
}

function parseXds(text: string): Target | { readonly problem: string } {
  const name = /^xds:\/\/\/([^/\s]+)$/i.exec(text)?.[1];
  return name === undefined
    ? { problem: `the target "${text}" is not of the form xds:///name` }
    : { kind: 'xds', text: `xds:///${name}` };
}

function parseUnix(text: string): Target | { readonly problem: string } {
  const match = /^unix:(?:\/\/(?=\/))?(.+)$/i.exec(text);
  const path = match?.[1];
  if (path === undefined || path.startsWith('//') || path.endsWith('/') || path.includes('\0')) {
    return { problem: `the target "${text}" names no socket; write unix:/path/to/socket` };
  }
  return { kind: 'unix', text: `unix:${path}`, path };
}

function parseHostPort(text: string): HostPort | { readonly problem: string } {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const bracketed = match?.[1]?.toLowerCase();
  const host = bracketed ?? match?.[2]?.toLowerCase();
  const port = Number(match?.[3]);
  if (host === undefined) {
    const hint = isIPv6(text) ? ` as [${text}]:port` : ' as host:port';
    return { problem: `the address "${text}" has no port or is malformed; write it${hint}` };
  }
  if (bracketed !== undefined && (!isIPv6(bracketed) || bracketed.includes('%'))) {
    return { problem: `"${bracketed}" in brackets is not an IPv6 address` };
  }
  // Underscores are no part of host names (RFC 952), but service names of container networks have them.
  if (bracketed === undefined && !/^[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_.])?$/.test(host)) {
    return { problem: `"${host}" is not a host name; write host:port without a path` };
  }
  if (bracketed === undefined && /^[\d.]+$/.test(host) && !isIPv4(host)) {
    return { problem: `"${host}" is not an IPv4 address` };
  }
  if (port < 1 || port > 65_535) {
    return { problem: `the port of "${text}" is not between 1 and 65535` };
  }
  return { host, port };
}

/** {host: "::1", port: 1} → "[::1]:1" */
export function formatHostPort(endpoint: HostPort): string {
  return endpoint.host.includes(':')
    ? `[${endpoint.host}]:${endpoint.port}`
    : `${endpoint.host}:${endpoint.port}`;
}

/** What the server at a target is called in `:authority`; one behind a socket has no name of its own. */
export function authorityOf(target: EndpointTarget): string {
  return target.kind === 'host' ? formatHostPort(target.endpoint) : 'localhost';
}
