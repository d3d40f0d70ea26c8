import type { DescField } from '../descriptor/index.js';
import type { Binding } from '../httprule/index.js';

/** Which part of a request a field may come from. */
export type FieldSource = 'path' | 'body' | 'query';

/**
 * The one legal source of a field, fixed at load: fields that a template variable binds, or that
 * contain such a field or lie inside one, come from the path; then the `body` subtree; the rest
 * is the query's.
 */
export function sourceOf(binding: Binding, fields: readonly DescField[]): FieldSource {
  if (binding.variables.some(({ path }) => overlaps(path.fields, fields))) {
    return 'path';
  }
  if (binding.body === 'none') {
    return 'query';
  }
  return binding.body === 'all' || binding.body.number === fields[0]?.number ? 'body' : 'query';
}

/** Whether one path is the beginning of the other: setting both would set one twice. */
function overlaps(a: readonly DescField[], b: readonly DescField[]): boolean {
  return a.every((field, index) => b[index] === undefined || b[index].number === field.number);
}
