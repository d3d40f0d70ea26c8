import type { Policy } from './schema.js';

/** One layer of policy and who wrote it: "policies.shop.*", "orders.proto:31". */
export interface PolicyLayer {
  readonly policy: Policy;
  readonly origin: string;
}

/** What all layers come to, and where each value came from. */
export interface EffectivePolicy {
  readonly policy: Policy;
  /** Path of a value ("authorization.scopes") → the origin of the layer that gave it. */
  readonly origins: ReadonlyMap<string, string>;
}

/**
 * Layers → one policy, the last word counting. Sections merge value by value, so that a method may
 * add a rule to the scopes of its service; a list replaces the list below it as a whole.
 */
export function effectivePolicy(layers: readonly PolicyLayer[]): EffectivePolicy {
  const origins = new Map<string, string>();
  const policy = layers.reduce<Policy>((below, layer) => merge(below, layer, origins), {});
  return { policy, origins };
}

function merge(below: Policy, { policy, origin }: PolicyLayer, origins: Map<string, string>): Policy {
  const merged: Record<string, unknown> = { ...below };
  for (const [name, section] of Object.entries(policy)) {
    if (section === undefined) continue;
    if (!isSection(section)) {
      merged[name] = section;
      origins.set(name, origin);
      continue;
    }
    const lower = merged[name];
    merged[name] = { ...(isSection(lower) ? lower : {}), ...withoutUndefined(section) };
    for (const [key, value] of Object.entries(section)) {
      if (value !== undefined) origins.set(`${name}.${key}`, origin);
    }
  }
  // Both were of the schema, and so is what has the values of either at every place.
  return merged;
}

function isSection(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function withoutUndefined(section: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(section).filter(([, value]) => value !== undefined));
}
