import { isMessage } from '@bufbuild/protobuf';
import type { ReflectMessage } from '@bufbuild/protobuf/reflect';
import { FieldMaskSchema } from '@bufbuild/protobuf/wkt';
import type { DescField } from '../../descriptor/index.js';
import type { GateContext } from '../context.js';

/** Whether the field with this path of proto names, without indexes, is to be judged in one request. */
export type IsJudged = (path: readonly string[]) => boolean;

/**
 * What an update says of its resource: of that only the fields in its mask are judged, by AIP-134 those that
 * it populates where it has none, since the others stay as they are. The resource is what the body binds, or
 * any message of the request where that is all of it.
 *
 * Undefined for requests that update nothing: without `update_mask`, and not by PATCH.
 */
export function updateScope({
  method,
  httpMethod,
  body,
}: Pick<GateContext, 'method' | 'httpMethod' | 'body'>): ((request: ReflectMessage) => IsJudged) | undefined {
  const { fields } = method.input;
  const mask = fields.find(
    (field) => field.name === 'update_mask' && isOfType(field, FieldMaskSchema.typeName),
  );
  if (mask === undefined && (httpMethod !== 'PATCH' || body === '')) return undefined;
  if (mask === undefined && body === '*') {
    return (request) => {
      const named = populated(request);
      return (path) => covers(named, path);
    };
  }
  const resources = fields.filter(
    (field) =>
      field.fieldKind === 'message' &&
      !field.message.typeName.startsWith('google.protobuf.') &&
      (body === '' || body === '*' || body === field.name),
  );
  return (request) => {
    const given = mask === undefined ? [] : pathsOf(request, mask);
    const named = new Map(
      resources
        .filter((field) => request.isSet(field))
        .map((field) => [field.name, given.length > 0 ? given : populatedIn(request, field)]),
    );
    return ([first = '', ...inResource]) => {
      const own = named.get(first);
      return own === undefined || covers(own, inResource);
    };
  };
}

function covers(mask: readonly string[], path: readonly string[]): boolean {
  const own = path.join('.');
  return mask.some((named) => named === '*' || own === named || own.startsWith(`${named}.`));
}

function pathsOf(request: ReflectMessage, mask: DescField): readonly string[] {
  const value = mask.fieldKind === 'message' && request.isSet(mask) ? request.get(mask).message : undefined;
  return value !== undefined && isMessage(value, FieldMaskSchema) ? value.paths : [];
}

function populatedIn(request: ReflectMessage, field: DescField): readonly string[] {
  return field.fieldKind === 'message' && request.isSet(field) ? populated(request.get(field)) : [];
}

function populated(message: ReflectMessage): string[] {
  return message.fields.filter((field) => message.isSet(field)).map(({ name }) => name);
}

function isOfType(field: DescField, typeName: string): boolean {
  return field.fieldKind === 'message' && field.message.typeName === typeName;
}
