import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type DescMessage, policyMessage } from '../../descriptor/index.js';
import { policySchema } from './schema.js';

/** A schema of zod as the tree of its names; durations, texts and numbers are leaves. */
function treeOf(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional) return treeOf(schema.unwrap());
  if (schema instanceof z.ZodArray) return treeOf(schema.element);
  if (schema instanceof z.ZodEnum) return schema.options;
  if (!(schema instanceof z.ZodObject)) return 'value';
  return Object.fromEntries(Object.entries(schema.shape).map(([key, member]) => [key, treeOf(member)]));
}

/** The same of a message; enum values by their short names, without the unspecified one. */
function treeOfMessage(message: DescMessage): unknown {
  if (message.typeName === 'google.protobuf.Duration') return 'value';
  return Object.fromEntries(
    message.fields.map((field): [string, unknown] => {
      if (field.message !== undefined) return [field.jsonName, treeOfMessage(field.message)];
      if (field.enum === undefined) return [field.jsonName, 'value'];
      const { values, sharedPrefix = '' } = field.enum;
      return [
        field.jsonName,
        values.slice(1).map(({ name }) => name.slice(sharedPrefix.length).toLowerCase()),
      ];
    }),
  );
}

/** Order of names means nothing; that of enum values neither. */
function sorted(tree: unknown): unknown {
  if (Array.isArray(tree)) return [...tree].sort();
  if (typeof tree !== 'object' || tree === null) return tree;
  return Object.fromEntries(
    Object.entries(tree)
      .map(([key, value]): [string, unknown] => [key, sorted(value)])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

describe('the two ways to write a policy', () => {
  it('propylon.yaml and propylon/v1/annotations.proto say the same, by the same names', () => {
    expect(sorted(treeOf(policySchema))).toEqual(sorted(treeOfMessage(policyMessage())));
  });

  it.each([
    ['5s', 5_000],
    ['250ms', 250],
    ['1.5s', 1_500],
    ['1d', 86_400_000],
    ['0s', 0],
  ])('a duration of %s is %d milliseconds', (text, ms) => {
    expect(policySchema.parse({ timeout: text })).toEqual({ timeout: ms });
  });

  it.each([
    ['a duration without unit', { timeout: '5' }],
    ['a section that is none', { authentification: {} }],
    ['a mode that is none', { authentication: { mode: 'maybe' } }],
    ['a limit of zero requests', { rateLimits: [{ requests: 0 }] }],
    ['a change without action', { transform: { requestHeaders: [{ name: 'a' }] } }],
    ['a change with two actions', { transform: { requestHeaders: [{ name: 'a', set: 'x', drop: true }] } }],
    ['a date that is none', { deprecation: { since: '2026-02-30' } }],
    ['another success than HTTP knows', { success: { status: 299 } }],
  ])('refuses %s', (_, policy) => {
    expect(policySchema.safeParse(policy).success).toBe(false);
  });
});
