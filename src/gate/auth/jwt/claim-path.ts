import type { ClaimPath } from './options.js';
import { isObject } from './unverified-token.js';

/** A path as its steps: "realm_access.roles" → two. */
export function stepsOf(path: ClaimPath): readonly string[] {
  return typeof path === 'string' ? path.split('.') : path;
}

/** The claim at the end of a path; undefined where there is none. */
export function claimAt(claims: Readonly<Record<string, unknown>>, steps: readonly string[]): unknown {
  let value: unknown = claims;
  for (const step of steps) {
    if (!isObject(value) || !Object.hasOwn(value, step)) return undefined;
    value = value[step];
  }
  return value;
}
