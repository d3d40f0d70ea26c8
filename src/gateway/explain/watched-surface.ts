import type { Match, Router } from '../../httprule/index.js';
import type { RequestQuery, Route, RouteParts, Surface } from '../../surface/index.js';

/** What a request was matched with and bound to. */
export interface BindRecord {
  readonly captures: readonly string[];
  readonly query: RequestQuery;
  readonly body: Uint8Array;
  readonly contentType: string | undefined;
  readonly binary: Uint8Array | undefined;
  readonly error: unknown;
}

/** A surface for one request that is watched, and what was seen. */
export interface WatchedSurface {
  readonly surface: Surface;
  /** What the request was matched with last: to whom a route is hidden, another may stand there. */
  readonly match: Match<Route> | undefined;
  /** The first message, or the try to bind it. */
  readonly bound: BindRecord | undefined;
}

/** The same routes, each made once more with `parts` when the request comes to it. */
export function watchSurface(surface: Surface, parts: RouteParts): WatchedSurface {
  const routes = new Map<Route, Route>();
  const routers = new Map<Router<Route>, Router<Route>>();
  let lastMatch: Match<Route> | undefined;
  let bound: BindRecord | undefined;

  function routeFor(route: Route): Route {
    const known = routes.get(route);
    if (known !== undefined) return known;
    const made = surface.recompiled(route, parts);
    const { request } = made;
    const watched: Route = {
      ...made,
      request: {
        ...request,
        bind(captures, query, body, contentType) {
          const about = { captures, query, body, contentType };
          try {
            const binary = request.bind(captures, query, body, contentType);
            bound ??= { ...about, binary, error: undefined };
            return binary;
          } catch (error) {
            bound ??= { ...about, binary: undefined, error };
            throw error;
          }
        },
      },
    };
    routes.set(route, watched);
    return watched;
  }

  // One for each: the gateway compares routers to know whether anything is hidden.
  function routerFor(router: Router<Route>): Router<Route> {
    const known = routers.get(router);
    if (known !== undefined) return known;
    const watched: Router<Route> = {
      candidates: (target) => router.candidates(target),
      match(httpMethod, target) {
        const found = router.match(httpMethod, target);
        if (!('route' in found)) return found;
        lastMatch = found;
        return { ...found, route: routeFor(found.route) };
      },
    };
    routers.set(router, watched);
    return watched;
  }

  return {
    surface: {
      ...surface,
      router: routerFor(surface.router),
      routerFor: (audience) => routerFor(surface.routerFor(audience)),
    },
    get match() {
      return lastMatch;
    },
    get bound() {
      return bound;
    },
  };
}
