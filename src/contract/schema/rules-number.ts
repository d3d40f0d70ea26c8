import type { PlainMessage } from '../../descriptor/index.js';
import { compact, type Json, type JsonObject } from '../json.js';
import type { ValueRules } from './rules.js';

/** Rules of buf.validate for integers that JSON has as numbers. */
export function integerRules(rules: PlainMessage): ValueRules {
  return { keywords: bounds(rules), sentences: [] };
}

/** Rules for floats. A bound leaves no room for NaN, and `finite` none for infinity. */
export function floatRules(rules: PlainMessage): ValueRules {
  const keywords = bounds(rules);
  if (rules['finite'] === true) return { keywords: { type: 'number', ...keywords }, sentences: [] };
  return { keywords, sentences: [] };
}

/** Rules for 64-bit integers, which are strings in JSON: keywords say which, but only words say how large. */
export function int64Rules(rules: PlainMessage): ValueRules {
  const text = (name: string): string | undefined =>
    rules[name] === undefined ? undefined : String(rules[name]);
  const keywords = compact({
    const: text('const'),
    enum: list(rules['in'], String),
    not: inverted(list(rules['not_in'], String)),
  });
  const parts = [
    ['gt', 'greater than'],
    ['gte', 'at least'],
    ['lt', 'less than'],
    ['lte', 'at most'],
  ].flatMap(([name = '', words]) => (rules[name] === undefined ? [] : [`${words} ${String(rules[name])}`]));
  const link = isOutside(rules) ? ' or ' : ' and ';
  const [first = '', ...rest] = parts;
  const sentence = [first.charAt(0).toUpperCase() + first.slice(1), ...rest].join(link);
  return { keywords, sentences: sentence === '' ? [] : [`${sentence}.`] };
}

function bounds(rules: PlainMessage): JsonObject {
  const number = (name: string): number | undefined =>
    rules[name] === undefined ? undefined : Number(rules[name]);
  const lower = compact({ minimum: number('gte'), exclusiveMinimum: number('gt') });
  const upper = compact({ maximum: number('lte'), exclusiveMaximum: number('lt') });
  return compact({
    const: number('const'),
    enum: list(rules['in'], Number),
    not: inverted(list(rules['not_in'], Number)),
    ...(isOutside(rules) ? { anyOf: [lower, upper] } : { ...lower, ...upper }),
  });
}

/** A lower bound above the upper one: what lies outside of the two is meant. */
function isOutside({ gt, gte, lt, lte }: PlainMessage): boolean {
  const [lower, upper] = [gt ?? gte, lt ?? lte];
  return lower !== undefined && upper !== undefined && Number(lower) > Number(upper);
}

function list<T>(value: unknown, make: (item: unknown) => T): readonly T[] | undefined {
  return Array.isArray(value) && value.length > 0 ? value.map(make) : undefined;
}

function inverted(values: readonly Json[] | undefined): JsonObject | undefined {
  return values && { enum: values };
}
