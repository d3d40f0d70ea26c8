import type { GateResources } from '../gate/index.js';
import type { Route, Surface } from '../surface/index.js';

/** Who may come in, in numbers. */
export interface Access {
  readonly routes: number;
  /** Routes that may be called without credentials. */
  readonly publicRoutes: number;
  /** Names of those that give credentials out. */
  readonly providers: readonly string[];
}

/** Undefined where nothing is guarded. */
export function accessOf(surface: Surface, { authenticators }: GateResources): Access | undefined {
  if (!surface.isGuarded) return undefined;
  const { routes } = surface;
  return {
    routes: routes.length,
    publicRoutes: routes.filter(isPublic).length,
    providers: authenticators.map(({ name }) => name),
  };
}

function isPublic({ policy }: Route): boolean {
  const { mode = 'required' } = policy.policy.authentication ?? {};
  return mode !== 'required';
}
