/** How strictly requests are read, where a method may be served more leniently than by default. */
export interface RequestOptions {
  /** A query or form parameter that names no field: 400, or dropped. One that names a field of path or body is refused in any case. */
  readonly unknownQuery: 'refuse' | 'ignore';
  /** Names that are dropped where they name no field, such as those that trackers add. */
  readonly ignoredQuery: readonly string[];
  /** A parameter of a field or map key that takes one value, given again: 400, or the last one counts. */
  readonly repeatedQuery: 'refuse' | 'last-wins';
  /** A body where the rule declares none: 400, or dropped. */
  readonly unexpectedBody: 'refuse' | 'ignore';
  /** A body that gives a field of the path another value: 400, or the path's value counts. */
  readonly pathConflict: 'refuse' | 'path-wins';
  /** A PATCH that names no field, which AIP-134 backends read as "all that are populated". */
  readonly emptyPatch: 'accept' | 'refuse';
}

export const defaultRequestOptions: RequestOptions = Object.freeze({
  unknownQuery: 'refuse',
  ignoredQuery: Object.freeze([]),
  repeatedQuery: 'refuse',
  unexpectedBody: 'refuse',
  pathConflict: 'refuse',
  emptyPatch: 'accept',
});
