import type { CodecOptions } from '../codec/index.js';
import { type DescriptorRegistry, type Resources, resourceSteps } from '../descriptor/index.js';
import type { Diagnostic } from '../diagnostic/index.js';
import type { EffectivePolicy, GateOptions, GateResources, Policy } from '../gate/index.js';
import { type Binding, bindingSteps } from '../httprule/index.js';
import { finished, type Steps } from '../steps.js';
import { policySteps } from './policies.js';
import { selectorTable } from './selector.js';
import type { ErrorForm, StreamDefault, SurfaceInput } from './surface.js';
import { timeoutMsOf } from './timeout.js';

/** A binding and what was said of its method: all that clients need to know of it, and nothing that runs. */
export interface OutlinedRoute {
  readonly binding: Binding;
  readonly policy: Policy;
  /** Where each value of the policy comes from. */
  readonly origins: EffectivePolicy['origins'];
  readonly json: CodecOptions;
  readonly streamDefault: StreamDefault;
}

/** What a surface of this input would serve. */
export interface Outline {
  readonly registry: DescriptorRegistry;
  /** What names of resources look like. */
  readonly resources: Resources;
  /** In the order of their declaration. */
  readonly routes: readonly OutlinedRoute[];
  /** The JSON of methods that say nothing else. */
  readonly json: CodecOptions;
  readonly errorForm: ErrorForm;
  /** Whether a method without a policy wants an authenticated caller. */
  readonly isGuarded: boolean;
  /** Who callers may be, as it is configured. */
  readonly authentication: GateOptions['authentication'];
}

/** What of a surface's input says what clients see. */
export type OutlineInput = Pick<
  SurfaceInput,
  | 'registry'
  | 'rules'
  | 'codecOptions'
  | 'methodCodecOptions'
  | 'streamDefaults'
  | 'timeouts'
  | 'errorForm'
  | 'policies'
> & { readonly gate: Pick<GateResources, 'hasProviders' | 'options'> };

/** An outline, and what is wrong with what it was made from. */
export interface OutlineBuild {
  readonly outline: Outline;
  readonly diagnostics: Diagnostic[];
}

/** `outlineSteps` at once. */
export function outlineSurface(input: OutlineInput): OutlineBuild {
  return finished(outlineSteps(input));
}

/**
 * What would be served, without anything that serves it: no codecs, channels or gates. For documents, which must
 * not need what only runs with secrets and backends.
 */
export function* outlineSteps(input: OutlineInput): Steps<OutlineBuild> {
  const { bindings, diagnostics } = yield* bindingSteps(input.registry.services, input.rules);
  const policies = yield* policySteps(input, diagnostics);
  const codecOptions = selectorTable(input.methodCodecOptions);
  const streamDefaults = selectorTable(input.streamDefaults);
  const timeouts = selectorTable(input.timeouts);
  const routes: OutlinedRoute[] = [];
  for (const binding of bindings) {
    yield;
    const { method } = binding;
    const effective = policies.of(method);
    const timeoutMs = timeoutMsOf(timeouts, method, effective.policy);
    const layers = codecOptions.layers(method).map(({ options }) => options);
    routes.push({
      binding,
      ...effective,
      policy: withTimeout(effective.policy, timeoutMs),
      json: Object.assign({}, input.codecOptions, ...layers),
      streamDefault: streamDefaults.find(method)?.format ?? 'ndjson',
    });
  }
  const { registry, codecOptions: json, errorForm } = input;
  const { isGuarded } = policies;
  const resources = yield* resourceSteps(registry.files);
  const { authentication } = input.gate.options;
  return {
    outline: { registry, resources, routes, json, errorForm, isGuarded, authentication },
    diagnostics,
  };
}

/** A policy with the timeout that counts, whoever has said it. */
function withTimeout({ timeout: _, ...policy }: Policy, timeoutMs: number | undefined): Policy {
  return timeoutMs === undefined ? policy : { ...policy, timeout: timeoutMs };
}
