import { describePolicy, type PolicyValue } from '../gate/index.js';
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

function summarizeRoute({ binding, shape, target, gate, policy }: Route): RouteSummary {
  const { body, method } = binding;
  return {
    httpMethod: binding.httpMethod,
    path: binding.template.text,
    method: `${method.parent.typeName}.${method.name}`,
    shape,
    body: typeof body === 'string' ? { none: '', all: '*' }[body] : body.name,
    responseBody: binding.responseBody?.name ?? '',
    ...(target === undefined ? {} : { target: target.text }),
    steps: gate.steps,
    policy: describePolicy(policy),
    file: binding.location.file,
    line: binding.location.line,
  };
}
