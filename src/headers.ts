import { Code, StatusError } from './status/index.js';

/** A header field; the name in lower case. */
export type HeaderField = readonly [name: string, value: string];

/** Header fields as received: lower-case names, order and duplicates kept. */
export type HeaderFields = readonly HeaderField[];

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
  let value: string | undefined;
  for (const field of headers) {
    if (field[0] !== name) continue;
    if (value !== undefined) throw malformedHeader(name, 'must not be given more than once');
    value = trimOws(field[1]);
  }
  return value;
}

/** The first value of a header field, or undefined; further ones are nobody's. */
export function firstField(headers: HeaderFields, name: string): string | undefined {
  for (const field of headers) if (field[0] === name) return trimOws(field[1]);
  return undefined;
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
  // A regular expression costs several times as much on values as short as most are.
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code > 0x7e) return false;
  }
  return true;
}

/** "Header field NAME …": StatusError INVALID_ARGUMENT, HEADER_MALFORMED. */
export function malformedHeader(name: string, problem: string): StatusError {
  return new StatusError(Code.INVALID_ARGUMENT, 'HEADER_MALFORMED', `Header field ${name} ${problem}.`);
}
