import type { JsonObject } from '../json.js';

/** Up to here a pair each is what reads best. */
const pairsMax = 6;

/**
 * At most one of these members. Within `not`, where generators of types do not look: a union of all combinations
 * would be no help to anybody.
 */
export function atMostOne(names: readonly string[]): JsonObject {
  if (names.length <= pairsMax) {
    const pairs = names.flatMap((name, index) =>
      names.slice(index + 1).map((other) => ({ required: [name, other] })),
    );
    return { not: pairs.length === 1 ? { ...pairs[0] } : { anyOf: pairs } };
  }
  const each = names.map((name) => ({ required: [name] }));
  return { not: { not: { oneOf: [...each, { not: { anyOf: each } }] } } };
}

/** At least one of these members. */
export function atLeastOne(names: readonly string[]): JsonObject {
  return { not: { not: { anyOf: names.map((name) => ({ required: [name] })) } } };
}

/** All constraints in one schema. */
export function joined(constraints: readonly JsonObject[]): JsonObject {
  const [first] = constraints;
  return constraints.length > 1 ? { allOf: constraints } : (first ?? {});
}
