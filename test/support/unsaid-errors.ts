import { compareOutlines } from '../../src/contract/index.js';
import type { Outline } from '../../src/surface/index.js';
import { openApiOf } from './openapi.js';

/** Of what a gateway does for a method a document says little. */
const unsaid: ReadonlySet<string> = new Set([
  // No keyword or header of OpenAPI says who may call besides schemes and scopes, or from where.
  ...['AUTHORIZATION_RULE_ADDED', 'CORS_NARROWED', 'ADDRESSES_NARROWED'],
  // The document for those in the house has every method; who else may see one is not in it.
  'VISIBILITY_REDUCED',
  // Defaults are left out or not without a word: no schema of answers says that a member is always there.
  'JSON_DEFAULTS_OMITTED',
]);

/** Errors between two surfaces whose documents are equal, but for what documents do not say. */
export function unsaidErrors(one: Outline | undefined, other: Outline | undefined): readonly string[] {
  if (one === undefined || other === undefined) return [];
  const [before, after] = [one, other].map((outline) => JSON.stringify(openApiOf(outline).document));
  if (before !== after) return [];
  return compareOutlines(one, other)
    .filter(({ severity, rule, text }) => severity === 'error' && !unsaid.has(rule) && !isSpan(rule, text))
    .map(({ rule, subject }) => `${rule} ${subject}`);
}

/** Bounds of durations and times, for which JSON Schema has no keyword. */
function isSpan(rule: string, text: string): boolean {
  return rule === 'REQUEST_RULE_TIGHTENED' && /\b(lt|lte|gt|gte|within) [\d.]+s\b/.test(text);
}
