import { textField, textMapField } from '../../codec/index.js';
import { behaves, type DescField, type DescMessage } from '../../descriptor/index.js';
import type { Binding } from '../../httprule/index.js';
import type { Limits } from '../../limits.js';
import { sourceOf } from '../../surface/index.js';

/**
 * Every field that only the query of a binding may set and that has a form as text, as its path from the request, in
 * the order of declaration. A message within itself is not entered again, so that there is an end.
 */
export function queryFields(
  binding: Binding,
  { queryDepthMax }: Pick<Limits, 'queryDepthMax'>,
): (readonly DescField[])[] {
  const found: (readonly DescField[])[] = [];
  const visit = (
    message: DescMessage,
    parents: readonly DescField[],
    within: readonly DescMessage[],
  ): void => {
    for (const field of message.fields) {
      const fields = [...parents, field];
      const source = sourceOf(binding, fields);
      const isOnPath =
        source === 'path' && binding.variables.some(({ path }) => path.fields.length > fields.length);
      // A member of a oneof that the path sets already could only be refused.
      const isRival = binding.variables.some(
        ({ path }) =>
          field.oneof !== undefined &&
          path.fields[parents.length]?.oneof === field.oneof &&
          parents.every((one, index) => path.fields[index] === one),
      );
      // Beside a field of the path, others of its message may come from the query.
      if (source !== 'query' && !isOnPath) continue;
      if (binding.body === 'all' || behaves(field, 'outputOnly') || (isRival && !isOnPath)) continue;
      if (source === 'query' && hasText(field)) found.push(fields);
      else if (
        field.fieldKind === 'message' &&
        !isEncoding(field.message) &&
        !within.includes(field.message) &&
        fields.length < queryDepthMax
      )
        visit(field.message, fields, [...within, field.message]);
    }
  };
  visit(binding.method.input, [], [binding.method.input]);
  return found;
}

/** Whether a field can be written in a URL as a whole. */
export function hasText(field: DescField): boolean {
  return !('problem' in (field.fieldKind === 'map' ? textMapField(field) : textField(field)));
}

/** A message whose fields are an encoding, which no name of a parameter may enter. */
function isEncoding({ typeName }: DescMessage): boolean {
  return typeName === 'google.protobuf.Any';
}
