import { isMessage } from '@bufbuild/protobuf';
import type { ReflectMessage } from '@bufbuild/protobuf/reflect';
import { FieldMaskSchema } from '@bufbuild/protobuf/wkt';
import type { DescField } from '../descriptor/index.js';
import { copied, isGiven, merge } from './echo.js';

/** The paths of a request's `update_mask` (AIP-134); undefined where it has none, or an empty one. */
export function updateMaskOf(request: ReflectMessage): readonly string[] | undefined {
  const field = request.fields.find(
    ({ name, message }) => name === 'update_mask' && message?.typeName === FieldMaskSchema.typeName,
  );
  if (field?.fieldKind !== 'message' || !request.isSet(field)) return undefined;
  const { message } = request.get(field);
  const paths = isMessage(message, FieldMaskSchema) ? message.paths : [];
  return paths.length === 0 ? undefined : paths;
}

/** Changes a resource as an update says: what the mask names, set or not; without a mask, what is set. */
export function patch(
  given: ReflectMessage,
  into: ReflectMessage,
  mask: readonly string[] | undefined,
): void {
  if (mask === undefined) {
    merge(given, into);
    return;
  }
  if (mask.includes('*')) {
    for (const field of into.fields) if (isGiven(field) && field.name !== 'name') into.clear(field);
    merge(given, into);
    return;
  }
  for (const path of mask) patchPath(given, into, path.split('.'));
}

function patchPath(
  given: ReflectMessage,
  into: ReflectMessage,
  [step = '', ...rest]: readonly string[],
): void {
  const field: DescField | undefined = into.fields.find(
    ({ name, jsonName }) => name === step || jsonName === step,
  );
  if (field === undefined || !isGiven(field)) return;
  if (rest.length > 0 && field.fieldKind === 'message') {
    const inner = into.get(field);
    patchPath(given.get(field), inner, rest);
    into.set(field, inner);
  } else if (rest.length > 0 && field.fieldKind === 'map') {
    const key = rest.join('.');
    const value = given.get(field).get(key);
    if (value === undefined) into.get(field).delete(key);
    else into.get(field).set(key, value);
  } else if (given.isSet(field)) into.set(field, copied(given.get(field), field, field));
  else into.clear(field);
}
