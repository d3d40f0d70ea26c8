import { type DescMethod, locationOf, policyAnnotationOf, visibilityLabelsOf } from '../descriptor/index.js';
import type { Diagnostic } from '../diagnostic/index.js';
import {
  audienceOfLabels,
  type EffectivePolicy,
  effectivePolicy,
  type GateResources,
  type Policy,
  type PolicyLayer,
  policySchema,
} from '../gate/index.js';
import type { Steps } from '../steps.js';
import { selectorTable } from './selector.js';
import type { SurfaceInput } from './surface.js';

/** The effective policy of every method, and whether there is any policy at all. */
export interface Policies {
  of(method: DescMethod): EffectivePolicy;
  /** Whether anybody has declared a policy, or how callers are authenticated. */
  readonly isGuarded: boolean;
}

/**
 * Annotations of the service, of the method, then what the operator says, from the least specific
 * selector to the most: the operator's word counts even where the method's own is more specific. Labels
 * of google.api visibility are the lowest layer, and alone guard nothing: APIs of others are full of them.
 */
export function* policySteps(
  input: Pick<SurfaceInput, 'registry' | 'policies'> & {
    readonly gate: Pick<GateResources, 'hasProviders' | 'options'>;
  },
  diagnostics: Diagnostic[],
): Steps<Policies> {
  const { registry, policies, gate } = input;
  const operator = selectorTable(policies);
  const annotated = new Map<object, PolicyLayer[]>();
  const annotation = (desc: DescMethod | DescMethod['parent']): PolicyLayer[] => {
    const known = annotated.get(desc) ?? annotationLayer(desc, diagnostics);
    annotated.set(desc, known);
    return known;
  };
  const labelled = (desc: DescMethod | DescMethod['parent']): PolicyLayer[] => {
    const visibility = audienceOfLabels(visibilityLabelsOf(desc), gate.options.visibilityLabels);
    return visibility === undefined ? [] : [{ policy: { visibility }, origin: originOf(desc) }];
  };
  const effective = new Map<DescMethod, EffectivePolicy>();
  for (const method of registry.services.flatMap(({ methods }) => methods)) {
    yield;
    const layers = [
      ...labelled(method.parent),
      ...labelled(method),
      ...annotation(method.parent),
      ...annotation(method),
      ...operator.layers(method).map(({ selector, policy }) => ({ policy, origin: `policies.${selector}` })),
    ];
    effective.set(method, effectivePolicy(layers));
  }
  const isGuarded =
    policies.length > 0 || gate.hasProviders || [...annotated.values()].some((layers) => layers.length > 0);
  return { of: (method) => effective.get(method) ?? none, isGuarded };
}

const none: EffectivePolicy = effectivePolicy([]);

function originOf(desc: DescMethod | DescMethod['parent']): string {
  const { file, line } = locationOf(desc);
  return `${file}:${line}`;
}

function annotationLayer(desc: DescMethod | DescMethod['parent'], diagnostics: Diagnostic[]): PolicyLayer[] {
  const location = locationOf(desc);
  const name = desc.kind === 'rpc' ? `${desc.parent.typeName}.${desc.name}` : desc.typeName;
  const invalid = (problem: string): PolicyLayer[] => {
    const text = `The policy of ${name} ${problem}`;
    diagnostics.push({ severity: 'error', code: 'POLICY_INVALID', text, locations: [location] });
    return [];
  };
  let declared: unknown;
  try {
    declared = policyAnnotationOf(desc);
  } catch {
    return invalid('cannot be read: the option holds something else than propylon.v1.Policy.');
  }
  if (declared === undefined) return [];
  const { data, error } = policySchema.safeParse(declared);
  const policy: Policy | undefined = data;
  if (policy !== undefined) return [{ policy, origin: originOf(desc) }];
  for (const issue of error?.issues ?? [])
    invalid(`has a wrong value: ${issue.path.join('.')}: ${issue.message}.`);
  return [];
}
