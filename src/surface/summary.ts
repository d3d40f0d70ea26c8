import { describePolicy, type EffectivePolicy, type PolicyValue } from '../gate/index.js';
import type { Binding } from '../httprule/index.js';
import { callShape } from './call-shape.js';
import type { Outline } from './outline.js';
import type { CallShape, Route, Surface } from './surface.js';

/** One route as plain data. */
export interface RouteSummary {
  /** "GET"; "*" for any. */
  readonly httpMethod: string;
  /** The template as it was written. */
  readonly path: string;
  /** "shop.catalog.v1.CatalogService.GetProduct" */
  readonly method: string;
  readonly shape: CallShape;
  /** "*", the proto name of a field, or "" for none. */
  readonly body: string;
  /** The proto name of a field, or "" for the whole message. */
  readonly responseBody: string;
  /** Where requests go; absent where the method has no backend. */
  readonly target?: string;
  /** Steps of the gate, in their order. */
  readonly steps: readonly string[];
  /** Every value of the effective policy, and where it came from. */
  readonly policy: readonly PolicyValue[];
  /** Where the rule is written; line 0 where unknown. */
  readonly file: string;
  readonly line: number;
}

/** A surface as plain data: for `routes`, the admin listener and tests. */
export type SurfaceSummary = readonly RouteSummary[];

/** The routes of a surface, in the order of their declaration. */
export function summarize(surface: Surface): SurfaceSummary {
  return surface.routes.map(summarizeRoute);
}

/** What an outline says of a route: neither backend nor steps, which depend on who serves it. */
export type OutlinedRouteSummary = Omit<RouteSummary, 'target' | 'steps'>;

/** The routes of an outline, in the order of their declaration. */
export function summarizeOutline({ routes }: Pick<Outline, 'routes'>): OutlinedRouteSummary[] {
  return routes.map(({ binding, policy, origins }) => summarizeBinding(binding, { policy, origins }));
}

function summarizeRoute({ binding, target, gate, policy }: Route): RouteSummary {
  return {
    ...summarizeBinding(binding, policy),
    ...(target === undefined ? {} : { target: target.text }),
    steps: gate.steps,
  };
}

function summarizeBinding(binding: Binding, policy: EffectivePolicy): OutlinedRouteSummary {
  const { body, method } = binding;
  return {
    httpMethod: binding.httpMethod,
    path: binding.template.text,
    method: `${method.parent.typeName}.${method.name}`,
    shape: callShape(method),
    body: typeof body === 'string' ? { none: '', all: '*' }[body] : body.name,
    responseBody: binding.responseBody?.name ?? '',
    policy: describePolicy(policy),
    file: binding.location.file,
    line: binding.location.line,
  };
}
