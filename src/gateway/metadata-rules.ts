import { mayCross, mayCrossInRequest } from '../crossing-names.js';
import { traceFieldNames } from '../trace-fields.js';

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
  ...traceFieldNames,
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

/**
 * Joins built-in and configured names; configured ones that may never cross are left out, and so are
 * `own` ones (lower case), of the request: credentials that end here, and what only the gateway may say.
 */
export function metadataNames(rules: MetadataRules, own: ReadonlySet<string> = new Set()): MetadataNames {
  const lower = (names: readonly string[]): string[] => names.map((name) => name.toLowerCase());
  return {
    request: new Set(
      [...requestNames, ...lower(rules.requestNames)].filter(
        (name) => mayCrossInRequest(name) && !own.has(name),
      ),
    ),
    response: new Set([...responseNames, ...lower(rules.responseNames)].filter(mayCross)),
    trailers: new Set(
      lower(rules.trailerNames ?? []).filter((name) => mayCross(name) && !reservedInTrailers.has(name)),
    ),
  };
}
