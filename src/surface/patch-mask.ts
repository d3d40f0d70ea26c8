import { appendFragment, findField } from '../codec/index.js';
import type { DescField, DescMessage } from '../descriptor/index.js';
import type { Binding } from '../httprule/index.js';
import { bodyForm } from './content-type.js';
import type { FieldNames } from './field-names.js';
import { formBody } from './form-body.js';
import { concat, lenContent, lenField } from './wire.js';

const utf8 = new TextEncoder();
const utf8Decoder = new TextDecoder();
/** google/protobuf/field_mask.proto: repeated string paths = 1. */
const pathsNumber = 1;

/** Adds the update mask that a PATCH client left out, derived from what its body holds. */
export interface PatchMask {
  /**
   * `binary` is the bound request, `body` the JSON or form it was bound from, already accepted by
   * its codec. Of protobuf, whose writers know their fields, no mask is derived.
   */
  append(binary: Uint8Array, body: Uint8Array, contentType: string | undefined): Uint8Array;
}

/**
 * Derives the update mask of AIP-134 for a PATCH with `body: "f"`, where the request has exactly
 * one top-level FieldMask and the path does not bind it. A mask the client gave is left alone.
 *
 * Paths are relative to `f`, in proto names, sorted and unique; fields that the path binds are
 * not listed: `{"author":{"name":"x","id":null},"title":"y"}` → author.id, author.name, title.
 *
 * Undefined where the binding is not of that form.
 */
export function patchMask(
  binding: Binding,
  names: FieldNames,
  limits: Parameters<typeof formBody>[2],
): PatchMask | undefined {
  const { body, method, variables } = binding;
  if (binding.httpMethod !== 'PATCH' || typeof body === 'string' || !isStructured(body)) {
    return undefined;
  }
  const [mask, ...otherMasks] = method.input.fields.filter(isFieldMask);
  if (mask === undefined || otherMasks.length > 0 || variables.some(({ path }) => path.fields[0] === mask)) {
    return undefined;
  }
  const bound = new Set(
    variables
      .filter(({ path }) => path.fields[0]?.number === body.number)
      .map(({ path }) =>
        path.fields
          .slice(1)
          .map((field) => field.name)
          .join('.'),
      ),
  );
  const form = formBody(binding, names, limits);
  const pathsOf = (bytes: Uint8Array, contentType: string | undefined): string[] | undefined => {
    const written = bodyForm(contentType);
    if (written === 'form') return form.paths(bytes);
    const json: unknown = written === 'json' ? JSON.parse(utf8Decoder.decode(bytes)) : undefined;
    return isObject(json) ? [...leafPaths(json, body.message, names, '')] : undefined;
  };
  return {
    append(binary, bytes, contentType) {
      const given = findField(binary, [mask]);
      if (given !== undefined && !isEmptyMask(given)) {
        return binary;
      }
      const named = pathsOf(bytes, contentType);
      if (named === undefined) {
        return binary;
      }
      const paths = [...new Set(named)].filter((path) => !bound.has(path)).sort();
      const fragment = concat(paths.map((path) => lenField(pathsNumber, utf8.encode(path))));
      return appendFragment(binary, [mask], fragment);
    },
  };
}

/** A singular message whose JSON form is an object of its fields. */
function isStructured(field: DescField): field is DescField & { readonly message: DescMessage } {
  // Every message of google.protobuf is a well-known type with a JSON form of its own, or an
  // Empty or a descriptor, which nobody patches field by field.
  return field.fieldKind === 'message' && !field.message.typeName.startsWith('google.protobuf.');
}

function isFieldMask(field: DescField): boolean {
  return field.fieldKind === 'message' && field.message.typeName === 'google.protobuf.FieldMask';
}

/** Given as tag and value; where it is a group, what stands in place of the length is the end tag. */
function isEmptyMask(field: Uint8Array): boolean {
  return lenContent(field).length === 0;
}

function isObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

/** The codec has bounded the nesting before, so that recursion is safe. */
function* leafPaths(
  json: Readonly<Record<string, unknown>>,
  message: DescMessage,
  names: FieldNames,
  prefix: string,
): Generator<string> {
  for (const [key, value] of Object.entries(json)) {
    const field = names.of(message).get(key);
    if (field === undefined) {
      continue;
    }
    if (isStructured(field) && isObject(value) && Object.keys(value).length > 0) {
      yield* leafPaths(value, field.message, names, `${prefix}${field.name}.`);
    } else {
      yield `${prefix}${field.name}`;
    }
  }
}
