import { buildRouter, examplePaths, freeWord } from '../../httprule/index.js';
import type { OutlinedRoute } from '../../surface/index.js';
import type { Finding } from '../finding.js';
import { found, methodName, routeName } from './found.js';

/**
 * ROUTE_UNREACHABLE: routes that lose every path they match. The router itself is asked, with one path for each
 * length that `**` can take, its wildcards filled with what is a literal of no template: whoever wins such a path
 * matches, and wins, all of that length.
 *
 * Routes of equal shape are HTTP_RULE_CONFLICT, and not told again.
 */
export function unreachableRoutes(routes: readonly OutlinedRoute[]): readonly Finding[] {
  const { router } = buildRouter(
    routes.map((route) => ({ binding: route.binding, route })),
    { conflicts: 'warn', trailingSlash: 'strict', multiSegmentDecoding: 'slash' },
  );
  const templates = routes.map(({ binding }) => binding.template);
  const longest = templates.reduce((most, { segments }) => Math.max(most, segments.length), 0);
  const lengths = Array.from({ length: longest + 2 }, (_, length) => length);
  const word = freeWord(templates);
  const equal = new Set<string>();
  return routes.flatMap((route) => {
    const { httpMethod, template, method, location } = route.binding;
    const key = `${httpMethod} ${template.shape}`;
    if (equal.has(key)) return [];
    equal.add(key);
    // A rule for every HTTP method gets those that no other rule names.
    const asked = httpMethod === '*' ? unusedMethod : httpMethod;
    const winners = examplePaths(template, word, lengths).flatMap((path) => {
      const match = router.match(asked, path);
      return 'route' in match ? [match.route] : [];
    });
    const [winner] = winners;
    if (winner === undefined || winners.includes(route)) return [];
    const name = routeName(route.binding);
    const by = `"${routeName(winner.binding)}" of ${methodName(winner.binding.method)}`;
    const text = `${methodName(method)}, "${name}", gets no request: all that it matches go to ${by}, or others like it.`;
    return [found('ROUTE_UNREACHABLE', name, text, location, winner.binding.location)];
  });
}

const unusedMethod = 'X-ANY';
