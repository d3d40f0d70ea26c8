/** Which header fields cross the gateway besides the built-in ones. Names in any case. */
export interface MetadataRules {
  /** Request header fields that reach backends as metadata of the same name. */
  readonly requestNames: readonly string[];
  /** Response metadata that reaches clients as header fields of the same name. */
  readonly responseNames: readonly string[];
  /** Trailing metadata that reaches clients as trailer fields of the same name, where they take trailers. */
  readonly trailerNames?: readonly string[];
}

/** No names but the built-in ones. */
export const defaultMetadataRules: MetadataRules = Object.freeze({ requestNames: [], responseNames: [] });

/** The rules with the built-in names, made once; lower case. */
export interface MetadataNames {
  readonly request: ReadonlySet<string>;
  readonly response: ReadonlySet<string>;
  readonly trailers: ReadonlySet<string>;
}

const requestNames = [
  'authorization',
  'accept-language',
  'traceparent',
  'tracestate',
  'baggage',
  'x-request-id',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'last-event-id',
];

const responseNames = [
  'etag',
  'cache-control',
  'location',
  'retry-after',
  'content-language',
  'content-disposition',
  'link',
  'deprecation',
  'sunset',
];

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

/** What a recipient may take for a header field (RFC 9110 §6.5.1): framing, routing, authentication, caching. */
const reservedInTrailers = new Set([
  'authorization',
  'cache-control',
  'content-range',
  'expires',
  'location',
  'set-cookie',
  'vary',
  'www-authenticate',
  'x-request-id',
]);

const reservedPrefixes = [':', 'grpc-', 'proxy-', 'x-envoy-'];

/** Joins built-in and configured names; configured ones that may never cross are left out. */
export function metadataNames(rules: MetadataRules): MetadataNames {
  const lower = (names: readonly string[]): string[] => names.map((name) => name.toLowerCase());
  return {
    request: new Set(
      [...requestNames, ...lower(rules.requestNames)].filter(
        (name) => mayCross(name) && !reservedInRequests.has(name),
      ),
    ),
    response: new Set([...responseNames, ...lower(rules.responseNames)].filter(mayCross)),
    trailers: new Set(
      lower(rules.trailerNames ?? []).filter((name) => mayCross(name) && !reservedInTrailers.has(name)),
    ),
  };
}

/** A name with "_" is refused since peers read it as the same with "-" (CVE-2021-41130). */
function mayCross(name: string): boolean {
  return (
    /^[a-z0-9.-]+$/.test(name) &&
    !reserved.has(name) &&
    !reservedPrefixes.some((prefix) => name.startsWith(prefix))
  );
}
