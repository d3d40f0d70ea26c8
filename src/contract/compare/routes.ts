import type { DescMethod } from '../../descriptor/index.js';
import {
  type Binding,
  examplePaths,
  freeWord,
  type Overlap,
  type Router,
  routerSteps,
} from '../../httprule/index.js';
import type { Steps } from '../../steps.js';
import type { Outline, OutlinedRoute } from '../../surface/index.js';
import type { Comparison } from './messages.js';

/** A route, and the one that its requests lead to now. */
export interface RoutePair {
  readonly before: OutlinedRoute;
  readonly after: OutlinedRoute;
}

/** HTTP methods by which a route of all of them is tried. */
const usualMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * Pairs the routes of two outlines by asking both routers for the same concrete requests: what templates look like, and
 * what their variables are called, is nothing to clients. Tells of routes that are gone, take less than before, or
 * whose requests lead elsewhere.
 */
export function* pairRoutes({ before, after, report }: Comparison): Steps<readonly RoutePair[]> {
  const [one, other] = [yield* tableOf(before), yield* tableOf(after)];
  const word = freeWord([...before.routes, ...after.routes].map(({ binding }) => binding.template));
  const pairs: RoutePair[] = [];
  for (const route of inOrder(before.routes)) {
    yield;
    const { binding } = route;
    const subject = routeText(binding);
    const asked = requestsOf(binding, word).filter((request) => one.find(request) === route);
    // What another route keeps from all its requests is none.
    if (asked.length === 0) continue;
    const answers = asked.map((request) => ({ request, now: other.find(request) }));
    const lost = answers.filter(({ now }) => now === undefined);
    const main = answers.find(({ now }) => now !== undefined)?.now ?? narrowed(route, word, one.find, after);
    if (main === undefined) {
      report('ROUTE_REMOVED', subject, removedText(route, asked[0] ?? '', other, after), binding.location);
      continue;
    }
    const now = main.binding;
    if (isElsewhere(binding.method, now.method, before, after)) {
      const text = `${subject} led to ${nameOf(binding.method)}, and now leads to ${nameOf(now.method)}.`;
      report('ROUTE_LEADS_ELSEWHERE', subject, text, now.location);
      continue;
    }
    if (binding.template.verb !== '' && now.template.verb === '') {
      const text = `${subject} is gone: ${asked[0]} leads to ${routeText(now)}, whose variable takes ":${binding.template.verb}" in.`;
      report('ROUTE_REMOVED', subject, text, now.location);
      continue;
    }
    if (lost.length > 0) {
      const text = `${subject} matches less than before, as ${routeText(now)}: ${lost[0]?.request} leads nowhere.`;
      report('ROUTE_NARROWED', subject, text, now.location);
    }
    pairs.push({ before: route, after: main });
  }
  tellShadowed(pairs, one, other, { before, after, report });
  return pairs;
}

interface Table {
  readonly router: Router<OutlinedRoute>;
  readonly overlaps: readonly Overlap<{ readonly route: OutlinedRoute }>[];
  /** The route of "GET /v1/things/x". */
  find(request: string): OutlinedRoute | undefined;
}

function* tableOf({ routes }: Outline): Steps<Table> {
  const entries = routes.map((route) => ({ binding: route.binding, route }));
  const { router, overlaps } = yield* routerSteps(entries, {
    conflicts: 'warn',
    trailingSlash: 'strict',
    multiSegmentDecoding: 'slash',
  });
  return {
    router,
    overlaps: overlaps.found,
    find(request) {
      const found = matched(router, request);
      return 'route' in found ? found.route : undefined;
    },
  };
}

function matched(router: Router<OutlinedRoute>, request: string): ReturnType<typeof router.match> {
  const space = request.indexOf(' ');
  return router.match(request.slice(0, space), request.slice(space + 1));
}

function requestsOf({ httpMethod, template }: Binding, word: string): readonly string[] {
  const httpMethods = httpMethod === '*' ? usualMethods : [httpMethod];
  const paths = examplePaths(template, word);
  return httpMethods.flatMap((one) => paths.map((path) => `${one} ${path}`));
}

/** A route that takes some of the requests of another, though no example of the other leads to it. */
function narrowed(
  route: OutlinedRoute,
  word: string,
  find: Table['find'],
  { routes }: Outline,
): OutlinedRoute | undefined {
  if (route.binding.template.segments.every(({ kind }) => kind === 'literal')) return undefined;
  return routes.find(
    ({ binding }) =>
      nameOf(binding.method) === nameOf(route.binding.method) &&
      requestsOf(binding, word).some((request) => find(request) === route),
  );
}

function removedText({ binding }: OutlinedRoute, request: string, { router }: Table, after: Outline): string {
  const found = matched(router, request);
  const status = 'allow' in found && found.allow.length > 0 ? 405 : 404;
  const others = after.routes
    .filter((other) => nameOf(other.binding.method) === nameOf(binding.method))
    .map((other) => routeText(other.binding));
  const instead = others.length === 0 ? '' : ` ${nameOf(binding.method)} is called by ${others.join(', ')}.`;
  return `${routeText(binding)} is gone: ${request} is answered with ${status}.${instead}`;
}

/** Whether two methods do something else. What is new in the place of what is gone is the same by another name. */
function isElsewhere(was: DescMethod, is: DescMethod, before: Outline, after: Outline): boolean {
  const [wasName, isName] = [nameOf(was), nameOf(is)];
  if (wasName === isName) return false;
  return after.registry.method(wasName) !== undefined || before.registry.method(isName) !== undefined;
}

/** Requests that two templates match: whether they lead to the same as before. */
function tellShadowed(
  pairs: readonly RoutePair[],
  one: Table,
  other: Table,
  { before, after, report }: Comparison,
): void {
  const partners = new Map(pairs.map((pair) => [pair.before, pair.after]));
  for (const { httpMethod, path, winner } of other.overlaps) {
    const request = `${httpMethod} ${path}`;
    const was = one.find(request);
    const partner = was && partners.get(was);
    if (was === undefined || partner === undefined || partner === winner.route) continue;
    const [from, to] = [was.binding.method, winner.route.binding.method];
    if (from === to || nameOf(from) === nameOf(to)) continue;
    if (partner.binding.method === to && !isElsewhere(from, to, before, after)) continue;
    const text = `${request} led to ${nameOf(from)}, as ${routeText(was.binding)}, and now leads to ${nameOf(to)}, as ${routeText(winner.route.binding)}.`;
    // By request: a route may be shadowed by several.
    report('ROUTE_SHADOWED', request, text, winner.route.binding.location);
  }
}

/** "GET /v1/{name=things/*}" */
export function routeText({ httpMethod, template }: Binding): string {
  return `${httpMethod} ${template.text}`;
}

/** "shop.v1.Orders.GetOrder" */
export function nameOf(method: DescMethod): string {
  return `${method.parent.typeName}.${method.name}`;
}

/** Routes by path: the order of declarations is nothing to clients. */
export function inOrder<T extends { readonly binding: Binding }>(routes: readonly T[]): readonly T[] {
  const keyed = routes.map((route) => {
    const { template, httpMethod } = route.binding;
    return { key: `${template.text} ${httpMethod}`, route };
  });
  keyed.sort((a, b) => (a.key === b.key ? 0 : a.key < b.key ? -1 : 1));
  return keyed.map(({ route }) => route);
}
