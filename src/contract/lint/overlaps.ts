import type { Finding } from '../finding.js';
import { surfaceOverlaps } from '../overlaps/overlaps.js';
import { found, methodName, routeName } from './found.js';
import type { Scope } from './scope.js';

/** OVERLAP_AUTHORIZATION: routes that match the same request, of which one lets callers through that the other does not. */
export function lintOverlaps({ outline }: Scope): readonly Finding[] {
  return surfaceOverlaps(outline)
    .overlaps.filter(({ differsInAccess }) => differsInAccess)
    .map(({ request, winner, loser }) => {
      const places = [loser, winner].flatMap(({ route, method }) => {
        const outlined = outline.routes.find(
          ({ binding }) => routeName(binding) === route && methodName(binding.method) === method,
        );
        return outlined === undefined ? [] : [outlined.binding.location];
      });
      const text = `${request} goes to "${winner.route}" (${winner.access}), and "${loser.route}" (${loser.access}) matches it too.`;
      return found('OVERLAP_AUTHORIZATION', loser.route, text, ...places);
    });
}
