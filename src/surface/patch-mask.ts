import { appendFragment, findField } from '../codec/index.js';
import { behaves, type DescField, type DescMessage } from '../descriptor/index.js';
import type { Binding } from '../httprule/index.js';
import { Code, reasons, StatusError } from '../status/index.js';
import { isBlank } from './blank.js';
import { bodyForm } from './content-type.js';
import type { FieldNames } from './field-names.js';
import { isStructured, jsonPaths } from './json-paths.js';
import type { RequestOptions } from './request-options.js';
import { concat, lenContent, lenField } from './wire.js';

const utf8 = new TextEncoder();
/** google/protobuf/field_mask.proto: repeated string paths = 1. */
const pathsNumber = 1;

/** Adds the update mask that a PATCH client left out, derived from what its body holds. */
export interface PatchMask {
  /**
   * `binary` is the bound request, `body` the JSON or form it was bound from, already accepted by
   * its codec; `named` the fields that a form names. Of protobuf, whose writers know their fields, no mask is
   * derived, nor of a blank body.
   * Throws StatusError PATCH_EMPTY where nothing is named and `emptyPatch` refuses that.
   */
  append(
    binary: Uint8Array,
    body: Uint8Array,
    contentType: string | undefined,
    named: string[] | undefined,
  ): Uint8Array;
}

/**
 * Derives the update mask of AIP-134 for a PATCH with `body: "f"`, where the request has exactly
 * one top-level FieldMask and the path does not bind it. A mask the client gave is left alone.
 *
 * Paths are relative to `f`, in proto names, sorted and unique; fields that the path binds are
 * not listed: `{"author":{"name":"x","id":null},"title":"y"}` → author.id, author.name, title. Nor are fields
 * whose values the gate takes out: named without a value, they would be cleared.
 *
 * Undefined where the binding is not of that form.
 */
export function patchMask(
  binding: Binding,
  names: FieldNames,
  strictness: RequestOptions,
  dropsOutputOnly: boolean,
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
  const { message } = body;
  const pathsOf = (
    bytes: Uint8Array,
    contentType: string | undefined,
    inForm: string[] | undefined,
  ): string[] | undefined => {
    if (isBlank(bytes)) return undefined;
    const written = bodyForm(contentType);
    if (written === 'form') return inForm;
    return written === 'json' ? jsonPaths(bytes, message, names) : undefined;
  };
  const isProtobuf = (bytes: Uint8Array, contentType: string | undefined): boolean =>
    !isBlank(bytes) && bodyForm(contentType) === 'protobuf';
  return {
    append(binary, bytes, contentType, inForm) {
      const given = findField(binary, [mask]);
      if (given !== undefined && !isEmptyMask(given)) {
        return binary;
      }
      const named = pathsOf(bytes, contentType, inForm);
      const paths = [...new Set(named)]
        .filter((path) => !bound.has(path) && !(dropsOutputOnly && isOutputOnly(message, path)))
        .sort();
      if (strictness.emptyPatch === 'refuse' && paths.length === 0 && !isProtobuf(bytes, contentType)) {
        throw new StatusError(Code.INVALID_ARGUMENT, 'PATCH_EMPTY', reasons.PATCH_EMPTY);
      }
      if (named === undefined) {
        return binary;
      }
      const fragment = concat(paths.map((path) => lenField(pathsNumber, utf8.encode(path))));
      return appendFragment(binary, [mask], fragment);
    },
  };
}

/** Whether a field on the way of a path of proto names is OUTPUT_ONLY. */
function isOutputOnly(message: DescMessage, path: string): boolean {
  let within: DescMessage | undefined = message;
  for (const name of path.split('.')) {
    const field: DescField | undefined = within?.fields.find((known) => known.name === name);
    if (field !== undefined && behaves(field, 'outputOnly')) return true;
    within = field?.message;
  }
  return false;
}

function isFieldMask(field: DescField): boolean {
  return field.fieldKind === 'message' && field.message.typeName === 'google.protobuf.FieldMask';
}

/** Given as tag and value; where it is a group, what stands in place of the length is the end tag. */
function isEmptyMask(field: Uint8Array): boolean {
  return lenContent(field).length === 0;
}
