/** Names that no configuration lets through in either direction: they belong to a connection or to gRPC. */
const reserved = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** What clients might forge: set by us or by nobody. */
const reservedInRequests = new Set([
  'accept-encoding',
  'forwarded',
  'user-agent',
  'x-forwarded-client-cert',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-user-agent',
  'x-http-method-override',
]);

const reservedPrefixes = [':', 'grpc-', 'proxy-', 'x-envoy-'];

/**
 * Whether header fields of a name, in lower case, may cross the gateway at all, where somebody says so.
 * A name with "_" is refused since peers read it as the same with "-" (CVE-2021-41130).
 */
export function mayCross(name: string): boolean {
  return (
    /^[a-z0-9.-]+$/.test(name) &&
    !reserved.has(name) &&
    !reservedPrefixes.some((prefix) => name.startsWith(prefix))
  );
}

/** What the gateway says of the caller, and nobody else. */
const ownPrefix = 'x-propylon-';

/** Whether they may reach a backend: not what clients might forge. */
export function mayCrossInRequest(name: string): boolean {
  return mayCross(name) && !reservedInRequests.has(name) && !name.startsWith(ownPrefix);
}
