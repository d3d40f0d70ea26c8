import type { Difference } from '../comparison/classes.js';

/** What two answers of one and the same gateway differ in, and therefore says nothing: times, ids, orders of sets. */
export interface Noise {
  /** What the two differ in, for one request. */
  add(method: string, target: string, differences: readonly Difference[]): void;
  has(method: string, target: string, difference: Difference): boolean;
}

/** Noise is remembered by the shape of a path, since what changes once a second differs between two answers but sometimes. */
export function createNoise(): Noise {
  const known = new Set<string>();
  const keyOf = (method: string, target: string, difference: Difference): string =>
    `${method} ${shapeOf(target)} ${difference.class} ${difference.place}`;
  return {
    add(method, target, differences) {
      for (const difference of differences) known.add(keyOf(method, target, difference));
    },
    has: (method, target, difference) => known.has(keyOf(method, target, difference)),
  };
}

/** "/v1/orders/1002:cancel?x" → "/v1/orders/*:cancel": what has a digit, but a version, is likely to be an id. */
function shapeOf(target: string): string {
  const path = target.split('?', 1)[0] ?? '';
  return path
    .split('/')
    .map((segment) =>
      /\d/.test(segment) && !/^v\d/.test(segment) ? segment.replace(/^[^:]*/, '*') : segment,
    )
    .join('/');
}
