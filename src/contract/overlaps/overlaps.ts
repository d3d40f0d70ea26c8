import { type Binding, buildRouter, examplePaths, freeWord, type Segment } from '../../httprule/index.js';
import type { Outline, OutlinedRoute } from '../../surface/index.js';
import { accessText } from '../access-text.js';
import { nameOf, routeText } from '../compare/routes.js';

/** Two routes that match the same request. */
export interface RouteOverlap {
  /** One of the requests: "GET /v1/things/special". */
  readonly request: string;
  readonly winner: OverlappingRoute;
  readonly loser: OverlappingRoute;
  /** Why the winner gets it. */
  readonly why: string;
  /** Whether other callers may call the one than the other. */
  readonly differsInAccess: boolean;
}

export interface OverlappingRoute {
  /** "GET /v1/things/{name}" */
  readonly route: string;
  readonly method: string;
  readonly access: string;
}

export interface SurfaceOverlaps {
  /** By request. */
  readonly overlaps: readonly RouteOverlap[];
  /** False where there were too many pairs to look at all of them. */
  readonly isComplete: boolean;
}

/**
 * Every two routes that match a request, as the router finds them. A variable that could swallow the verb of another
 * route is none: verbs are for that.
 */
export function surfaceOverlaps(outline: Outline): SurfaceOverlaps {
  const entries = outline.routes.map((route) => ({ binding: route.binding, route }));
  const { overlaps, router } = buildRouter(entries, {
    conflicts: 'warn',
    trailingSlash: 'strict',
    multiSegmentDecoding: 'slash',
  });
  const word = freeWord(outline.routes.map(({ binding }) => binding.template));
  const shared = overlaps.found.map(({ httpMethod, path, winner, loser }) =>
    described(`${httpMethod} ${path}`, winner.route, loser.route, outline),
  );
  // A route with the template of another has no place of its own.
  const hidden = outline.routes.flatMap((route) => {
    const { httpMethod, template } = route.binding;
    const [path] = examplePaths(template, word);
    const asked = httpMethod === '*' ? 'GET' : httpMethod;
    const found = path === undefined ? undefined : router.match(asked, path);
    const winner = found !== undefined && 'route' in found ? found.route : undefined;
    const isHidden =
      winner !== undefined &&
      winner !== route &&
      winner.binding.template.shape === template.shape &&
      winner.binding.httpMethod === httpMethod;
    return isHidden ? [described(`${asked} ${path}`, winner, route, outline)] : [];
  });
  const sorted = [...shared, ...hidden].sort((a, b) => (order(a) < order(b) ? -1 : 1));
  return { overlaps: sorted, isComplete: overlaps.isComplete };
}

const order = ({ request, winner, loser }: RouteOverlap): string =>
  [request.replace(/^\S+ /, ''), request, winner.route, loser.route].join('\n');

function described(
  request: string,
  winner: OutlinedRoute,
  loser: OutlinedRoute,
  outline: Outline,
): RouteOverlap {
  const of = (route: OutlinedRoute): OverlappingRoute => ({
    route: routeText(route.binding),
    method: nameOf(route.binding.method),
    access: accessText(route.policy, outline),
  });
  const [one, other] = [of(winner), of(loser)];
  return {
    request,
    winner: one,
    loser: other,
    why: reasonText(winner.binding, loser.binding),
    differsInAccess: one.access !== other.access,
  };
}

/** Why the router prefers a binding to another that matches too, in the words of the two templates. */
function reasonText({ template: winner }: Binding, { template: loser }: Binding): string {
  if (winner.shape === loser.shape) return 'it is declared first';
  const found = winner.segments.findIndex((segment, index) => !isSame(segment, loser.segments[index]));
  const at = found < 0 ? winner.segments.length : found;
  const { restIndex } = winner;
  const isBehindRest = restIndex >= 0 && restIndex === loser.restIndex && at > restIndex;
  if (isBehindRest && winner.segments.length !== loser.segments.length)
    return 'its "**" takes fewer segments';
  const [own, other] = [winner.segments[at], loser.segments[at]];
  return own === undefined
    ? `it ends where the other has ${segmentText(other)}`
    : `it has ${segmentText(own)} where the other has ${segmentText(other)}`;
}

function isSame(one: Segment, other: Segment | undefined): boolean {
  if (other === undefined || one.kind !== other.kind) return false;
  return one.kind !== 'literal' || other.kind !== 'literal' || one.text === other.text;
}

function segmentText(segment: Segment | undefined): string {
  if (segment === undefined) return 'nothing';
  return segment.kind === 'literal' ? `"${segment.text}"` : segment.kind === 'any' ? '"*"' : '"**"';
}
