import { appendFragment, findField, removeField, type TextField, TextValueError } from '../codec/index.js';
import type { DescField, FieldPath } from '../descriptor/index.js';
import type { Binding } from '../httprule/index.js';
import { Code, StatusError } from '../status/index.js';
import type { FieldNames } from './field-names.js';
import type { RequestOptions } from './request-options.js';
import { concat, equalBytes } from './wire.js';

/** The fields that template variables bind, in the order of the variables. */
export interface PathBinder {
  /** Captures → fragments, each relative to its leaf's message. Throws StatusError PATH_VALUE. */
  encode(captures: readonly string[]): readonly Uint8Array[];
  /**
   * Joins what body, query and path have set of a message. A path field in the body must be equal,
   * or StatusError BODY_PATH_CONFLICT is thrown; with `path-wins` the body's is left out.
   */
  append(bodyBinary: Uint8Array, queryBinary: Uint8Array, fragments: readonly Uint8Array[]): Uint8Array;
  /**
   * A later message of a stream, which may set no path field at all: StatusError
   * BODY_PATH_CONFLICT, or with `path-wins` the message without it.
   */
  withoutPath(bodyBinary: Uint8Array): Uint8Array;
}

interface Rival {
  readonly fields: readonly DescField[];
  readonly name: string;
}

interface Variable {
  readonly path: FieldPath;
  readonly parents: readonly DescField[];
  readonly text: TextField;
  /** Other members of the oneofs on the way to the leaf: setting one would clear the path's field. */
  readonly rivals: readonly Rival[];
  /** The path, for people. */
  readonly shown: string;
}

/** Prepares the path variables of a binding. */
export function pathBinder(
  binding: Binding,
  names: FieldNames,
  { pathConflict }: RequestOptions,
): PathBinder {
  const variables = binding.variables.map(({ path }) => prepare(path, names));
  const pathWins = pathConflict === 'path-wins';
  return {
    encode: (captures) => variables.map((variable, index) => encodeCapture(variable, captures[index] ?? '')),
    append(bodyBinary, queryBinary, fragments) {
      const body = pathWins ? variables.reduce(without, bodyBinary) : bodyBinary;
      let result = queryBinary.length === 0 ? body : concat([body, queryBinary]);
      for (const [index, variable] of variables.entries()) {
        const fragment = fragments[index];
        if (fragment !== undefined && !isInBody(variable, body, fragment)) {
          result = appendFragment(result, variable.parents, fragment);
        }
      }
      return result;
    },
    withoutPath(bodyBinary) {
      if (pathWins) return variables.reduce(without, bodyBinary);
      for (const variable of variables) {
        if (findField(bodyBinary, variable.path.fields) !== undefined) {
          throw conflict(variable, 'the path binds it in the first message; leave it out of the others');
        }
        refuseRivals(variable, bodyBinary);
      }
      return bodyBinary;
    },
  };
}

function prepare(path: FieldPath, names: FieldNames): Variable {
  const text = names.text(path.leaf);
  if ('problem' in text) {
    throw new Error(`Path variable ${path.text} passed the load-time checks, but: ${text.problem}`);
  }
  const shownPath = (fields: readonly DescField[]): string => fields.map(names.shown).join('.');
  const rivals = path.fields.flatMap((field, index) =>
    (field.oneof?.fields ?? [])
      .filter((member) => member.number !== field.number)
      .map((member) => [...path.fields.slice(0, index), member]),
  );
  return {
    path,
    parents: path.fields.slice(0, -1),
    text,
    rivals: rivals.map((fields) => ({ fields, name: shownPath(fields) })),
    shown: shownPath(path.fields),
  };
}

function encodeCapture({ shown, text }: Variable, capture: string): Uint8Array {
  try {
    return text.encode(capture);
  } catch (error) {
    if (!(error instanceof TextValueError)) {
      throw error;
    }
    throw new StatusError(Code.INVALID_ARGUMENT, 'PATH_VALUE', `Path field "${shown}": ${error.message}.`, {
      violations: [{ field: shown, description: error.message }],
    });
  }
}

/** True when the body has set the field to the path's value already. */
function isInBody(variable: Variable, bodyBinary: Uint8Array, fragment: Uint8Array): boolean {
  if (bodyBinary.length === 0) {
    return false;
  }
  refuseRivals(variable, bodyBinary);
  const found = findField(bodyBinary, variable.path.fields);
  if (found !== undefined && !equalBytes(found, fragment)) {
    throw conflict(variable, 'the body gives it another value than the path');
  }
  return found !== undefined;
}

/** What the body has set, without the path's field and what would clear it. */
function without(bodyBinary: Uint8Array, { path, rivals }: Variable): Uint8Array {
  return [path.fields, ...rivals.map(({ fields }) => fields)].reduce(removeField, bodyBinary);
}

function refuseRivals(variable: Variable, bodyBinary: Uint8Array): void {
  for (const { fields, name } of variable.rivals) {
    if (findField(bodyBinary, fields) !== undefined) {
      throw conflict(variable, `the path sets it, and the body sets "${name}" of the same oneof`);
    }
  }
}

function conflict({ shown }: Variable, description: string): StatusError {
  const message = `Field "${shown}": ${description}.`;
  return new StatusError(Code.INVALID_ARGUMENT, 'BODY_PATH_CONFLICT', message, {
    violations: [{ field: shown, description }],
  });
}
