import { textField, textMapField } from '../../codec/index.js';
import { behaves, type DescField, type DescMessage } from '../../descriptor/index.js';
import type { Binding } from '../../httprule/index.js';
import type { Limits } from '../../limits.js';
import { sourceOf } from '../../surface/index.js';

type QueryLimits = Pick<Limits, 'queryDepthMax' | 'namedQueryFieldsMax'>;

/**
 * The fields that only the query of a binding may set and that have a form as text, as their paths from the request, in
 * the order of declaration. A message within itself is not entered again, so that there is an end. Messages that
 * have each other in every order make thousands nevertheless: of those, the fields as deep as all of a depth are within
 * `namedQueryFieldsMax`, and of the first depth always.
 */
export function queryFields(
  binding: Binding,
  { queryDepthMax, namedQueryFieldsMax }: QueryLimits,
): (readonly DescField[])[] {
  let found = fieldsDownTo(1, binding, Number.POSITIVE_INFINITY).fields;
  for (let depth = 2; depth <= queryDepthMax; depth++) {
    const { fields, isWhole, isCut } = fieldsDownTo(depth, binding, namedQueryFieldsMax);
    if (isCut) break;
    found = fields;
    if (isWhole) break;
  }
  return found;
}

/** `isWhole`: there is nothing deeper; `isCut`: there is more than `countMax`. */
function fieldsDownTo(
  depthMax: number,
  binding: Binding,
  countMax: number,
): { readonly fields: (readonly DescField[])[]; readonly isWhole: boolean; readonly isCut: boolean } {
  const found: (readonly DescField[])[] = [];
  let isWhole = true;
  const visit = (
    message: DescMessage,
    parents: readonly DescField[],
    within: readonly DescMessage[],
  ): void => {
    for (const field of message.fields) {
      if (found.length > countMax) return;
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
        !within.includes(field.message)
      ) {
        if (fields.length < depthMax) visit(field.message, fields, [...within, field.message]);
        else isWhole = false;
      }
    }
  };
  visit(binding.method.input, [], [binding.method.input]);
  return { fields: found, isWhole, isCut: found.length > countMax };
}

/** Whether a field can be written in a URL as a whole. */
export function hasText(field: DescField): boolean {
  return !('problem' in (field.fieldKind === 'map' ? textMapField(field) : textField(field)));
}

/** A message whose fields are an encoding, which no name of a parameter may enter. */
function isEncoding({ typeName }: DescMessage): boolean {
  return typeName === 'google.protobuf.Any';
}
