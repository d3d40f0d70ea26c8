import { commentOf, type DescField, type Registry } from '../../descriptor/index.js';
import type { Json } from '../json.js';
import { exampleValue, readComment } from './comment.js';
import { gnosticOf } from './gnostic.js';

/**
 * What the author of a field gives as examples of it, in its comment or in gnostic's annotation: the readings of each,
 * as JSON and as a text, of which one may be a value of the field.
 */
export function examplesOf(types: Registry, field: DescField): readonly (readonly Json[])[] {
  const { examples } = readComment(commentOf(field));
  const written = examples.map((text) => [exampleValue(text, false), text]);
  const { example } = gnosticOf(types, field, 'Schema');
  return example === undefined ? written : [...written, [example]];
}
