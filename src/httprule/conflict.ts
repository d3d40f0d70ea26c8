import type { Diagnostic } from '../diagnostic/index.js';
import type { Steps } from '../steps.js';
import { type Binding, describeBinding } from './binding.js';
import { anyMethod, findRoute, type TrieNode } from './trie.js';

/** Enough to see a pattern in; a registry of thousands of methods would otherwise bury its warnings. */
const overlapNotesMax = 50;

/**
 * Pairs of nodes that are compared before the search gives up, so that templates made for the
 * purpose cannot hold up a start. All of googleapis (15,328 bindings) needs 1,766.
 */
const pairsMax = 100_000;

/** Two bindings with the same HTTP method and shape: HTTP_RULE_CONFLICT, a warning unless refused. */
export function conflict(first: Binding, second: Binding, conflicts: 'warn' | 'refuse'): Diagnostic {
  return {
    severity: conflicts === 'refuse' ? 'error' : 'warning',
    code: 'HTTP_RULE_CONFLICT',
    text:
      `${describeBinding(second)} matches the same requests as ${describeBinding(first)}, ` +
      'which is declared first and keeps the route',
    locations: [second.location, first.location],
    hint: 'give one of them another path, or remove it with a rules file',
  };
}

interface Overlapping {
  readonly binding: Binding;
}

/** Two routes that share some requests, and one of these. */
export interface Overlap<T> {
  readonly winner: T;
  readonly loser: T;
  readonly httpMethod: string;
  /** A path that both match. */
  readonly path: string;
}

/** All pairs that were found, and whether all were looked for. */
export interface Overlaps<T> {
  readonly found: readonly Overlap<T>[];
  readonly isComplete: boolean;
}

/**
 * Routes that share some paths without being equal, with an example and who wins it.
 *
 * A template whose variable could swallow another's verb ("/v1/{name}" and "/v1/{name}:cancel") is
 * not among them: that is what verbs are for. Nor is a route for every HTTP method beside one for a
 * single method at the same shape.
 */
export function* overlapSteps<T>(roots: ReadonlyMap<string, TrieNode<T>>): Steps<Overlaps<T>> {
  const found: Overlap<T>[] = [];
  let budget = pairsMax;
  const unused = yield* unusedLiteral(roots);
  for (const [verb, root] of roots) {
    budget = yield* walkPairs(root, unused, budget, (left, right, example) => {
      for (const [a, b, httpMethod] of contested(left, right)) {
        const winner = findRoute(root, example(), 0, { httpMethods: [httpMethod, anyMethod], bits: -1 });
        // A third route that wins over both has pairs of its own.
        if (winner === undefined || (winner !== a && winner !== b)) continue;
        const path = `/${example().join('/')}${verb === '' ? '' : `:${verb}`}`;
        found.push({ winner, loser: winner === a ? b : a, httpMethod, path });
      }
    });
  }
  return { found, isComplete: budget > 0 };
}

/** Overlaps as notes, HTTP_RULE_OVERLAP: at most 50, and one that says how many more there are. */
export function overlapNotes<T extends Overlapping>({ found, isComplete }: Overlaps<T>): Diagnostic[] {
  const notes = found.slice(0, overlapNotesMax).map(
    ({ winner, loser, httpMethod, path }): Diagnostic => ({
      severity: 'note',
      code: 'HTTP_RULE_OVERLAP',
      text: `${describeBinding(loser.binding)} also matches ${httpMethod} ${path}, which goes to ${describeBinding(winner.binding)}`,
      locations: [loser.binding.location, winner.binding.location],
    }),
  );
  const more = found.length - notes.length;
  if (more > 0 || !isComplete) {
    notes.push({
      severity: 'note',
      code: 'HTTP_RULE_OVERLAP',
      text: `${more} more pairs of routes overlap${isComplete ? '' : ', and not all pairs were compared'}`,
      locations: [],
    });
  }
  return notes;
}

/** Routes of two nodes that serve a common HTTP method, with that method. */
function contested<T>(left: TrieNode<T>, right: TrieNode<T>): [T, T, string][] {
  const pairs: [T, T, string][] = [];
  for (const [httpMethod, a] of left.routes) {
    for (const [other, b] of right.routes) {
      if (httpMethod === other || other === anyMethod) {
        pairs.push([a, b, httpMethod === anyMethod ? 'GET' : httpMethod]);
      } else if (httpMethod === anyMethod) {
        pairs.push([a, b, other]);
      }
    }
  }
  return pairs;
}

/** A segment that no template has as a literal, to stand for a wildcard in examples. */
function* unusedLiteral<T>(roots: ReadonlyMap<string, TrieNode<T>>): Steps<string> {
  const used = new Set<string>();
  const nodes = [...roots.values()];
  // The list grows while it is walked.
  for (const { literals, any, rest } of nodes) {
    yield;
    for (const [text, child] of literals) {
      used.add(text);
      nodes.push(child);
    }
    if (any !== undefined) nodes.push(any);
    if (rest !== undefined) nodes.push(rest);
  }
  let text = 'x';
  for (let n = 1; used.has(text); n++) text = `x${n}`;
  return text;
}

/** The segments that lead to a pair of nodes, last first. */
interface Trail {
  readonly segment: string;
  readonly before: Trail | undefined;
}

function segmentsOf(trail: Trail | undefined): readonly string[] {
  const segments: string[] = [];
  for (let step = trail; step !== undefined; step = step.before) segments.push(step.segment);
  return segments.reverse();
}

interface Pair<T> {
  readonly left: TrieNode<T>;
  readonly right: TrieNode<T>;
  readonly trail: Trail | undefined;
}

/**
 * Visits every two different nodes that one path can lead to, each pair once. The trie is read as
 * an automaton whose `**` nodes may be entered without a segment and stay for any segment, and
 * walked in step with itself. Only siblings start a pair, so that templates without wildcards cost
 * nothing beyond the trie's size.
 *
 * Returns what is left of the budget, in pairs; the walk ends when it is used up.
 */
function* walkPairs<T>(
  root: TrieNode<T>,
  unused: string,
  budget: number,
  visit: (left: TrieNode<T>, right: TrieNode<T>, example: () => readonly string[]) => void,
): Steps<number> {
  let left = budget;
  const seen = new Map<number, Set<number>>();
  const pending: Pair<T>[] = [];
  const meet = (a: TrieNode<T> | undefined, b: TrieNode<T> | undefined, trail: Trail | undefined): void => {
    if (a === undefined || b === undefined || a === b) return;
    const [low, high] = a.id < b.id ? [a, b] : [b, a];
    let partners = seen.get(low.id);
    if (partners === undefined) {
      partners = new Set();
      seen.set(low.id, partners);
    }
    if (partners.has(high.id)) return;
    partners.add(high.id);
    pending.push({ left: low, right: high, trail });
  };
  function* spread(node: TrieNode<T>, trail: Trail | undefined): Steps<void> {
    yield;
    const { any, rest } = node;
    const staying = node.isRest ? node : undefined;
    meet(node, rest, trail);
    for (const [segment, child] of node.literals) {
      const next = { segment, before: trail };
      meet(child, any, next);
      meet(child, staying, next);
      yield* spread(child, next);
    }
    const next = { segment: unused, before: trail };
    meet(any, staying, next);
    if (any !== undefined) yield* spread(any, next);
    if (rest !== undefined) yield* spread(rest, trail);
  }
  yield* spread(root, undefined);
  // The list grows while it is walked.
  for (const pair of pending) {
    if (left-- === 0) break;
    yield;
    const { left: a, right: b, trail } = pair;
    visit(a, b, () => segmentsOf(trail));
    meet(a.rest, b, trail);
    meet(a, b.rest, trail);
    const [wildA, wildB] = [wildcards(a), wildcards(b)];
    for (const segment of sharedLiterals(a, b, wildA.length > 0, wildB.length > 0)) {
      const next = { segment, before: trail };
      const [literalA, literalB] = [a.literals.get(segment), b.literals.get(segment)];
      meet(literalA, literalB, next);
      for (const wild of wildB) meet(literalA, wild, next);
      for (const wild of wildA) meet(wild, literalB, next);
    }
    const next = { segment: unused, before: trail };
    for (const one of wildA) for (const other of wildB) meet(one, other, next);
  }
  return Math.max(left, 0);
}

/** Where any segment at all leads from a node. */
function wildcards<T>(node: TrieNode<T>): readonly TrieNode<T>[] {
  const next = node.isRest ? [node] : [];
  return node.any === undefined ? next : [node.any, ...next];
}

/** Literals that lead on from both nodes and, on one side at least, to a node of their own. */
function* sharedLiterals<T>(a: TrieNode<T>, b: TrieNode<T>, anyA: boolean, anyB: boolean): Iterable<string> {
  for (const segment of a.literals.keys()) if (anyB || b.literals.has(segment)) yield segment;
  if (anyA) for (const segment of b.literals.keys()) if (!a.literals.has(segment)) yield segment;
}
