import type { Diagnostic } from '../diagnostic/index.js';
import { Code, StatusError } from '../status/index.js';
import { finished, type Steps } from '../steps.js';
import type { Binding } from './binding.js';
import { conflict, type Overlaps, overlapNotes, overlapSteps } from './conflict.js';
import { decodeCapture, type KeptEscapes, normalizeEscapes } from './percent.js';
import { parseRequestPath, type RequestPath } from './request-path.js';
import {
  anyMethod,
  findRoute,
  MethodBits,
  TrieBuilder,
  type TrieNode,
  visitMatches,
  type Wanted,
} from './trie.js';

/** A frozen table of routes. */
export interface Router<T> {
  /**
   * Finds the route of a request. `target` is the raw request target with its query, in origin or
   * absolute form.
   * Throws StatusError INVALID_ARGUMENT: PATH_MALFORMED or PATH_ENCODING.
   */
  match(httpMethod: string, target: string): Match<T> | NoMatch;
  /**
   * Every route whose template matches the path, whatever its HTTP method, those that win first: for people who ask
   * why. Throws as `match`.
   */
  candidates(target: string): readonly T[];
}

/** A request's route and what its path says. */
export interface Match<T> {
  readonly route: T;
  /** What the variables matched, decoded once, in the order of `binding.variables`. */
  readonly captures: readonly string[];
  /** Raw, without "?"; empty when there is none. */
  readonly query: string;
  /** The request is HEAD, mostly served by a GET route: the answer has headers only. */
  readonly head: boolean;
}

/** No route: `allow` is empty for an unknown path (404), else what to put into Allow (405, or 204 for OPTIONS). */
export interface NoMatch {
  /** Sorted, with HEAD when there is GET, and OPTIONS. */
  readonly allow: readonly string[];
}

/** A binding and what its requests are to be led to. */
export interface RouterEntry<T> {
  readonly binding: Binding;
  readonly route: T;
}

export interface RouterOptions {
  /** Of two bindings with equal shape and HTTP method the first keeps the route; 'refuse' makes that an error. */
  readonly conflicts: 'warn' | 'refuse';
  /** 'ignore' drops exactly one trailing "/" of a request's path. */
  readonly trailingSlash: 'strict' | 'ignore';
  /** Escapes that variables of several segments keep as sent: `%2F` alone, or all of reserved characters, as Envoy does. */
  readonly multiSegmentDecoding: 'slash' | 'reserved';
}

const nowhere: NoMatch = Object.freeze({ allow: Object.freeze([]) });

/** A router, the routes of it that share paths, and what is to be said of them. */
export interface RouterBuild<T> {
  readonly router: Router<T>;
  readonly overlaps: Overlaps<RouterEntry<T>>;
  readonly diagnostics: Diagnostic[];
}

/** `routerSteps` at once. */
export function buildRouter<T>(entries: readonly RouterEntry<T>[], options: RouterOptions): RouterBuild<T> {
  return finished(routerSteps(entries, options));
}

/**
 * Builds the router of all entries; their order decides who keeps a contested route.
 *
 * Diagnostics: HTTP_RULE_CONFLICT for equal routes, HTTP_RULE_OVERLAP (notes) for routes that share
 * some paths.
 */
export function* routerSteps<T>(
  entries: readonly RouterEntry<T>[],
  options: RouterOptions,
): Steps<RouterBuild<T>> {
  const diagnostics: Diagnostic[] = [];
  const builders = new Map<string, TrieBuilder<RouterEntry<T>>>();
  for (const entry of entries) {
    yield;
    const { template, httpMethod } = entry.binding;
    let builder = builders.get(template.verb);
    if (builder === undefined) {
      builder = new TrieBuilder();
      builders.set(template.verb, builder);
    }
    const owner = builder.add(template, httpMethod, entry);
    if (owner !== undefined) diagnostics.push(conflict(owner.binding, entry.binding, options.conflicts));
  }
  const bits = new MethodBits();
  const roots = new Map<string, TrieNode<RouterEntry<T>>>();
  for (const [verb, builder] of builders) {
    yield;
    roots.set(verb, builder.freeze(bits));
  }
  const overlaps = yield* overlapSteps(roots);
  diagnostics.push(...overlapNotes(overlaps));
  return { router: createRouter(roots, bits, options), overlaps, diagnostics };
}

function createRouter<T>(
  roots: ReadonlyMap<string, TrieNode<RouterEntry<T>>>,
  bits: MethodBits,
  { trailingSlash, multiSegmentDecoding }: RouterOptions,
): Router<T> {
  const wantedBy = (...httpMethods: string[]): Wanted => ({
    httpMethods,
    bits: httpMethods.reduce((sum, httpMethod) => sum | bits.of(httpMethod), 0),
  });
  // A method of its own for HEAD wins over GET's at the same node, and both over "any method".
  const wantedOf = new Map([['HEAD', wantedBy('HEAD', 'GET', anyMethod)]]);
  const wantedFor = (httpMethod: string): Wanted => {
    const known = wantedOf.get(httpMethod);
    if (known !== undefined) return known;
    const wanted = wantedBy(httpMethod, anyMethod);
    // Only methods of templates are kept: a client can send any name.
    if (bits.of(httpMethod) !== 0) wantedOf.set(httpMethod, wanted);
    return wanted;
  };
  const plain = roots.get('');
  const visitAll = (
    { segments }: RequestPath,
    suffixed: Suffixed<RouterEntry<T>> | undefined,
    visit: (routes: ReadonlyMap<string, RouterEntry<T>>) => void,
  ): void => {
    if (suffixed !== undefined) visitMatches(suffixed.root, suffixed.segments, 0, visit);
    if (plain !== undefined) visitMatches(plain, segments, 0, visit);
  };
  const matched = (entry: RouterEntry<T>, httpMethod: string, path: RequestPath, end: number): Match<T> => ({
    route: entry.route,
    captures: captures(entry.binding, path, end, multiSegmentDecoding),
    query: path.query,
    head: httpMethod === 'HEAD',
  });
  return {
    match(httpMethod, target) {
      const path = parseRequestPath(target, trailingSlash === 'ignore');
      if (path.hasEmptySegment) return nowhere;
      const wanted = wantedFor(httpMethod);
      const suffixed = withVerb(path, roots);
      if (suffixed !== undefined) {
        const entry = findRoute(suffixed.root, suffixed.segments, 0, wanted);
        if (entry !== undefined) return matched(entry, httpMethod, path, suffixed.end);
      }
      const entry = plain === undefined ? undefined : findRoute(plain, path.segments, 0, wanted);
      if (entry !== undefined) return matched(entry, httpMethod, path, path.end);

      const found = new Set<string>();
      visitAll(path, suffixed, (routes) => {
        for (const known of routes.keys()) found.add(known);
      });
      return found.size === 0 ? nowhere : { allow: allowed(found) };
    },
    candidates(target) {
      const path = parseRequestPath(target, trailingSlash === 'ignore');
      const found = new Set<T>();
      if (path.hasEmptySegment) return [];
      visitAll(path, withVerb(path, roots), (routes) => {
        for (const { route } of routes.values()) found.add(route);
      });
      return [...found];
    },
  };
}

interface Suffixed<T> {
  readonly root: TrieNode<T>;
  /** The last one without its suffix. */
  readonly segments: readonly string[];
  readonly end: number;
}

/** The path read as one with a verb, if its last raw ":" begins the verb of some template. */
function withVerb<T>(path: RequestPath, roots: ReadonlyMap<string, TrieNode<T>>): Suffixed<T> | undefined {
  const { target, colon, end, segments, starts } = path;
  const last = segments.length - 1;
  const start = starts[last] ?? 0;
  if (colon <= start || colon + 1 === end) return undefined;
  const root = roots.get(normalizeEscapes(target.slice(colon + 1, end)));
  if (root === undefined) return undefined;
  const shortened = segments.slice();
  shortened[last] = normalizeEscapes(target.slice(start, colon));
  return { root, segments: shortened, end: colon };
}

/**
 * What the variables of a binding matched. Where `**` stands in the template is known, and so is
 * how many segments everything else took: the walk does not have to remember anything.
 */
function captures(
  binding: Binding,
  path: RequestPath,
  end: number,
  keptInMulti: KeptEscapes,
): readonly string[] {
  const { template, variables } = binding;
  const extra = template.restIndex < 0 ? 0 : path.segments.length - template.segments.length;
  return template.variables.map((variable, index) => {
    const first = variable.start > template.restIndex ? variable.start + extra : variable.start;
    const after = variable.end > template.restIndex ? variable.end + extra : variable.end;
    if (after <= first) return '';
    const rawEnd = after < path.segments.length ? (path.starts[after] ?? end) - 1 : end;
    const text = decodeCapture(
      path.target.slice(path.starts[first], rawEnd),
      variable.multi ? keptInMulti : 'none',
    );
    if (text !== undefined) return text;
    throw new StatusError(Code.INVALID_ARGUMENT, 'PATH_ENCODING', 'The path does not decode to UTF-8.', {
      violations: [
        {
          field: variables[index]?.path.jsonText ?? variable.name,
          description: 'The percent-encoded bytes are not UTF-8.',
        },
      ],
    });
  });
}

function allowed(found: ReadonlySet<string>): readonly string[] {
  const all = new Set(found).add('OPTIONS');
  if (all.has('GET')) all.add('HEAD');
  return [...all].sort();
}
