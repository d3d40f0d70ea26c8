import { z } from 'zod';
import type { EffectivePolicy } from './effective.js';
import { policySchema } from './schema.js';

/** One value of an effective policy, for people to read. */
export interface PolicyValue {
  /** "authorization.scopes" */
  readonly path: string;
  /** As propylon.yaml would say it, on one line: durations as "30s". */
  readonly value: string;
  /** "policies.shop.*", "shop/catalog/v1/catalog.proto:31" */
  readonly origin: string;
}

/** Every value that somebody has given, in the order of the schema. */
export function describePolicy({ policy, origins }: EffectivePolicy): PolicyValue[] {
  const values: PolicyValue[] = [];
  for (const [name, schema] of Object.entries(policySchema.shape)) {
    const section: unknown = Reflect.get(policy, name);
    const origin = origins.get(name);
    if (origin !== undefined) values.push({ path: name, value: written(schema, section), origin });
    if (typeof section !== 'object' || section === null) continue;
    for (const [key, value] of Object.entries(section)) {
      const path = `${name}.${key}`;
      const keyOrigin = origins.get(path);
      if (keyOrigin === undefined) continue;
      values.push({ path, value: written(memberOf(schema, key), value), origin: keyOrigin });
    }
  }
  return values;
}

/** A value as it would be written: the schema knows which numbers are durations. */
function written(schema: unknown, value: unknown): string {
  const text = JSON.stringify(asWritten(unwrapped(schema), value));
  return typeof value === 'string' || isDuration(schema) ? text.slice(1, -1) : text;
}

function asWritten(schema: unknown, value: unknown): unknown {
  if (isDuration(schema) && typeof value === 'number') return durationText(value);
  if (Array.isArray(value)) {
    const element = schema instanceof z.ZodArray ? unwrapped(schema.element) : undefined;
    return value.map((item: unknown) => asWritten(element, item));
  }
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([key, member]): [string, unknown] => [
    key,
    asWritten(memberOf(schema, key), member),
  ]);
  return Object.fromEntries(members);
}

function memberOf(schema: unknown, key: string): unknown {
  const object = unwrapped(schema);
  return object instanceof z.ZodObject ? unwrapped(Reflect.get(object.shape, key)) : undefined;
}

function unwrapped(schema: unknown): unknown {
  return schema instanceof z.ZodOptional ? schema.unwrap() : schema;
}

/** Of all values only durations are something else than what is written: text there, milliseconds here. */
function isDuration(schema: unknown): boolean {
  return unwrapped(schema) instanceof z.ZodPipe;
}

/** 90000 → "90s", 250 → "250ms", 86400000 → "1d" */
function durationText(ms: number): string {
  for (const [unit, size] of units) {
    if (ms > 0 && ms % size === 0) return `${ms / size}${unit}`;
  }
  return ms === 0 ? '0s' : `${ms}ms`;
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;
