import { Code, StatusError } from './status/index.js';

/** Header fields as received: lower-case names, order and duplicates kept. */
export type HeaderFields = readonly (readonly [name: string, value: string])[];

const none: readonly string[] = Object.freeze([]);

/** Every value of a header field, in order; `name` in lower case. */
export function fieldValues(headers: HeaderFields, name: string): readonly string[] {
  let values: string[] | undefined;
  for (const field of headers) {
    if (field[0] !== name) continue;
    values ??= [];
    values.push(trimOws(field[1]));
  }
  return values ?? none;
}

/**
 * The value of a header field that may be given once, or undefined.
 *
 * Two fields would let two readers see two values: StatusError INVALID_ARGUMENT (HEADER_MALFORMED).
 */
export function singleField(headers: HeaderFields, name: string): string | undefined {
  const values = fieldValues(headers, name);
  if (values.length > 1) throw malformedHeader(name, 'must not be given more than once');
  return values[0];
}

/** The elements of a comma-separated list field, of all its lines; empty elements are dropped (RFC 9110 §5.6.1). */
export function listElements(headers: HeaderFields, name: string): readonly string[] {
  const values = fieldValues(headers, name);
  const [only] = values;
  if (only === undefined || (values.length === 1 && only !== '' && !only.includes(','))) return values;
  return values
    .flatMap((value) => value.split(','))
    .map(trimOws)
    .filter((element) => element !== '');
}

/** Without optional white space at both ends: SP and HTAB only (RFC 9110 §5.6.3). */
export function trimOws(text: string): string {
  return isOws(text.charCodeAt(0)) || isOws(text.charCodeAt(text.length - 1))
    ? text.replace(/^[ \t]+|[ \t]+$/g, '')
    : text;
}

function isOws(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** Whether a text may be a metadata or header value here: printable ASCII and space. */
export function isPrintableAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}

/** "Header field NAME …": StatusError INVALID_ARGUMENT, HEADER_MALFORMED. */
export function malformedHeader(name: string, problem: string): StatusError {
  return new StatusError(Code.INVALID_ARGUMENT, 'HEADER_MALFORMED', `Header field ${name} ${problem}.`);
}
