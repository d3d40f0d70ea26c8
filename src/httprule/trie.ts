import type { PathTemplate } from './path-template.js';

/** The HTTP method of a custom rule that matches every method. */
export const anyMethod = '*';

/**
 * A place in the frozen trie. Every path from the root is the shape of some template; variable
 * names do not count, and neither do verbs: each verb has a trie of its own.
 */
export interface TrieNode<T> {
  /** Distinct within one trie, counting from 0. */
  readonly id: number;
  readonly literals: ReadonlyMap<string, TrieNode<T>>;
  /** The child for `*`. */
  readonly any: TrieNode<T> | undefined;
  /** The child for `**`. */
  readonly rest: TrieNode<T> | undefined;
  /** This node is the child for `**` of its parent: any number of segments may lead here. */
  readonly isRest: boolean;
  /** What ends here, by HTTP method. */
  readonly routes: ReadonlyMap<string, T>;
  /** Bits of the HTTP methods that this node and those below own; see MethodBits. */
  readonly methods: number;
  /** The fewest and most segments that lead from here to a route; Infinity where `**` is below. */
  readonly shortest: number;
  readonly longest: number;
}

/** Maps HTTP methods to bits, so that a walk can skip what lacks the method. */
export class MethodBits {
  readonly #bits = new Map<string, number>();

  /** The bit of a method; when 31 methods have one, all others share the last. */
  add(httpMethod: string): number {
    const known = this.#bits.get(httpMethod);
    if (known !== undefined) return known;
    const bit = 1 << Math.min(this.#bits.size, 30);
    this.#bits.set(httpMethod, bit);
    return bit;
  }

  /** The bit of a method, 0 when no route has it. */
  of(httpMethod: string): number {
    return this.#bits.get(httpMethod) ?? 0;
  }
}

/** Collects routes, then freezes them into a trie. */
export class TrieBuilder<T> {
  readonly #root = new GrowingNode<T>();

  /** Returns what owns this shape and method already, and adds nothing then; else undefined. */
  add(template: PathTemplate, httpMethod: string, route: T): T | undefined {
    let node = this.#root;
    for (const segment of template.segments) {
      switch (segment.kind) {
        case 'literal':
          node = node.literal(segment.text);
          break;
        case 'any':
          node.any ??= new GrowingNode();
          node = node.any;
          break;
        case 'rest':
          node.rest ??= new GrowingNode();
          node = node.rest;
          break;
      }
    }
    const owner = node.routes.get(httpMethod);
    if (owner === undefined) node.routes.set(httpMethod, route);
    return owner;
  }

  /** The trie of what was added so far. */
  freeze(bits: MethodBits): TrieNode<T> {
    let id = 0;
    const freezeNode = (node: GrowingNode<T>, isRest: boolean): TrieNode<T> => {
      const own = id++;
      const literals = new Map([...node.literals].map(([text, child]) => [text, freezeNode(child, false)]));
      const any = node.any === undefined ? undefined : freezeNode(node.any, false);
      const rest = node.rest === undefined ? undefined : freezeNode(node.rest, true);
      let methods = rest?.methods ?? 0;
      let shortest = Math.min(node.routes.size > 0 ? 0 : Infinity, rest?.shortest ?? Infinity);
      let longest = rest === undefined ? 0 : Infinity;
      for (const httpMethod of node.routes.keys()) methods |= bits.add(httpMethod);
      for (const child of any === undefined ? literals.values() : [...literals.values(), any]) {
        methods |= child.methods;
        shortest = Math.min(shortest, child.shortest + 1);
        longest = Math.max(longest, child.longest + 1);
      }
      const { routes } = node;
      return Object.freeze({ id: own, literals, any, rest, isRest, routes, methods, shortest, longest });
    };
    return freezeNode(this.#root, false);
  }
}

class GrowingNode<T> {
  readonly literals = new Map<string, GrowingNode<T>>();
  readonly routes = new Map<string, T>();
  any: GrowingNode<T> | undefined;
  rest: GrowingNode<T> | undefined;

  literal(text: string): GrowingNode<T> {
    let child = this.literals.get(text);
    if (child === undefined) {
      child = new GrowingNode();
      this.literals.set(text, child);
    }
    return child;
  }
}

/** What a request is looking for: HTTP methods in the order of preference, and their bits. */
export interface Wanted {
  readonly httpMethods: readonly string[];
  readonly bits: number;
}

/**
 * Finds the route for segments from `index` on: literal before `*` before `**`, with full
 * backtracking, seeing only nodes that own a wanted method. `**` takes as few segments as let the
 * rest match at the end.
 *
 * The work is bounded by the size of the trie times the longest tail behind a `**`, however long
 * the path: a template has one `**` at most, so that a node before it is reached at one index only,
 * and one behind it at no more than there are tails of different lengths.
 *
 * No segment may be empty.
 */
export function findRoute<T>(
  node: TrieNode<T>,
  segments: readonly string[],
  index: number,
  wanted: Wanted,
): T | undefined {
  const left = segments.length - index;
  if ((node.methods & wanted.bits) === 0 || left < node.shortest || left > node.longest) return undefined;
  if (left === 0) {
    for (const httpMethod of wanted.httpMethods) {
      const route = node.routes.get(httpMethod);
      if (route !== undefined) return route;
    }
  } else {
    const literal = node.literals.get(segments[index] ?? '');
    if (literal !== undefined) {
      const route = findRoute(literal, segments, index + 1, wanted);
      if (route !== undefined) return route;
    }
    if (node.any !== undefined) {
      const route = findRoute(node.any, segments, index + 1, wanted);
      if (route !== undefined) return route;
    }
  }
  if (node.rest === undefined) return undefined;
  for (let tail = Math.min(left, node.rest.longest); tail >= node.rest.shortest; tail--) {
    const route = findRoute(node.rest, segments, segments.length - tail, wanted);
    if (route !== undefined) return route;
  }
  return undefined;
}

/**
 * Visits what every template that matches segments from `index` on has for HTTP methods, those that win first;
 * where `**` leads to one in several ways, several times.
 */
export function visitMatches<T>(
  node: TrieNode<T>,
  segments: readonly string[],
  index: number,
  visit: (routes: ReadonlyMap<string, T>) => void,
): void {
  const left = segments.length - index;
  if (left < node.shortest || left > node.longest) return;
  if (left === 0) {
    if (node.routes.size > 0) visit(node.routes);
  } else {
    const literal = node.literals.get(segments[index] ?? '');
    if (literal !== undefined) visitMatches(literal, segments, index + 1, visit);
    if (node.any !== undefined) visitMatches(node.any, segments, index + 1, visit);
  }
  if (node.rest === undefined) return;
  for (let tail = Math.min(left, node.rest.longest); tail >= node.rest.shortest; tail--) {
    visitMatches(node.rest, segments, segments.length - tail, visit);
  }
}
