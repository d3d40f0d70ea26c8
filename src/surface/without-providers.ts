import { locationOf } from '../descriptor/index.js';
import type { Diagnostic } from '../diagnostic/index.js';
import type { Route, SurfaceInput } from './surface.js';

/** Names in a warning; the rest is counted. */
const namesMax = 5;

/** One warning where methods need credentials that nobody can have: they would refuse everybody, and nobody would know why. */
export function withoutProviders({ gate }: SurfaceInput, routes: readonly Route[]): Diagnostic[] {
  if (gate.hasProviders) return [];
  const closed = new Set(
    routes
      .filter((route) => route.gate.steps.includes('authentication'))
      .filter(({ policy }) => policy.policy.authentication?.mode !== 'optional')
      .map(({ binding }) => binding.method),
  );
  const [first] = closed;
  if (first === undefined) return [];
  const names = [...closed].map(({ parent, name }) => `${parent.typeName}.${name}`);
  const more = names.length > namesMax ? ` and ${names.length - namesMax} more` : '';
  return [
    {
      severity: 'warning',
      code: 'PROVIDERS_NONE',
      text: `Every request to ${names.slice(0, namesMax).join(', ')}${more} is refused with 401: there are policies, so that methods need credentials unless they are declared public, and no provider of credentials is configured.`,
      locations: [locationOf(first)],
      hint: 'Configure authentication.providers, or declare what is public, under policies in propylon.yaml: "*": { authentication: { mode: none } }',
    },
  ];
}
