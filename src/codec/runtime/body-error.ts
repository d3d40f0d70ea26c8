import { Code, StatusError } from '../../status/index.js';

/** Keys of clients may be megabytes long; an error shows this much of them. */
const shownMax = 80;

/** Client text for use in a message: quoted, escaped, cut. */
export function shown(text: string): string {
  return JSON.stringify(text.length > shownMax ? `${cut(text)}…` : text);
}

/** Path of a member of a message: `items[2]` + `quantity` → `items[2].quantity`. */
export function memberPath(path: string, name: string): string {
  const step = name.length > shownMax ? `${cut(name)}…` : name;
  return path === '' ? step : `${path}.${step}`;
}

/** Path of a list element: `items` + 2 → `items[2]`. */
export function elementPath(path: string, index: number): string {
  return `${path}[${index}]`;
}

/** Path of a map entry: `labels` + `a` → `labels["a"]`. */
export function entryPath(path: string, key: string): string {
  return `${path}[${shown(key)}]`;
}

/**
 * BODY_FIELD for one place in the client's JSON. The description continues the sentence
 * "Field x …" ("must be a string"); the empty path is the body itself.
 */
export function fieldError(path: string, description: string): StatusError {
  return path === ''
    ? new StatusError(Code.INVALID_ARGUMENT, 'BODY_FIELD', `The body ${description}.`)
    : new StatusError(Code.INVALID_ARGUMENT, 'BODY_FIELD', `Field ${path} in the body ${description}.`, {
        violations: [{ field: path, description }],
      });
}

/** BODY_TOO_DEEP: JSON or the protobuf message made of it is nested beyond the limit. */
export function depthError(depthMax: number): StatusError {
  return new StatusError(
    Code.INVALID_ARGUMENT,
    'BODY_TOO_DEEP',
    `The body is nested deeper than ${depthMax} levels.`,
  );
}

/** The first characters, whole ones: never half of a surrogate pair. */
function cut(text: string): string {
  return [...text.slice(0, shownMax + 1)].slice(0, shownMax - 1).join('');
}
