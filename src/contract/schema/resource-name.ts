import { type DescField, type Resources, resourceTypeOf } from '../../descriptor/index.js';
import { literalPattern } from './re2-pattern.js';

/** The patterns of the resource whose name a field holds: "products/{product}"; none where they are not known. */
export function resourcePatterns(field: DescField, resources: Resources): readonly string[] {
  if (field.fieldKind !== 'scalar' && !(field.fieldKind === 'list' && field.listKind === 'scalar')) return [];
  const reference = resourceTypeOf(field);
  if (reference === undefined) return [];
  if ('type' in reference) return (resources.get(reference.type) ?? []).filter((pattern) => pattern !== '*');
  const patterns = (resources.get(reference.childType) ?? [])
    .map(parentOf)
    .filter((pattern) => pattern !== '');
  return [...new Set(patterns)];
}

/** "projects/{project}/topics/{topic}" → "projects/{project}"; "" where nothing is left. */
function parentOf(pattern: string): string {
  const segments = pattern.split('/');
  const last = segments.at(-1)?.startsWith('{') === true ? -2 : -1;
  return segments.slice(0, last).join('/');
}

/** A regular expression for the names of these patterns, and for none: an empty name is an absent one. */
export function resourceNamePattern(patterns: readonly string[]): string | undefined {
  const expressions = patterns.map((pattern) =>
    pattern
      .split(/(\{[^}]*\})/)
      .map((part) => (part.startsWith('{') ? (part.endsWith('=**}') ? '.+' : '[^/]+') : literalPattern(part)))
      .join(''),
  );
  return expressions.length === 0 ? undefined : `^(${expressions.join('|')})?$`;
}
