import type { Limits } from '../limits.js';
import { Code, StatusError } from '../status/index.js';

/** One decoded parameter; a name without "=" has the value "". */
export interface QueryParameter {
  readonly name: string;
  readonly value: string;
}

// A BOM is a character of the value here, not a mark to be dropped.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * application/x-www-form-urlencoded (WHATWG URL §5.1), but strict: a malformed escape, invalid
 * UTF-8 and raw characters that RFC 3986 §3.4 does not allow in a query at all are refused
 * instead of replaced. Only "&" separates; empty pieces are ignored; "+" is a space.
 *
 * "a.b=1+2&c&&d=%26" → a.b: "1 2", c: "", d: "&"
 *
 * Throws StatusError INVALID_ARGUMENT (QUERY_MALFORMED), also beyond the limits.
 */
export function parseQuery(
  query: string,
  limits: Pick<Limits, 'queryParametersMax' | 'queryNameBytesMax'>,
): QueryParameter[] {
  if (/[^\x21\x22\x24-\x7e]/.test(query)) {
    throw malformed('The query string may hold printable ASCII only; percent-encode everything else.');
  }
  const parameters: QueryParameter[] = [];
  for (let start = 0; start < query.length; ) {
    const end = indexOrEnd(query, '&', start);
    if (end > start) {
      if (parameters.length === limits.queryParametersMax) {
        throw malformed(`The query string has more than ${limits.queryParametersMax} parameters.`);
      }
      parameters.push(parsePiece(query.slice(start, end), limits.queryNameBytesMax));
    }
    start = end + 1;
  }
  return parameters;
}

function parsePiece(piece: string, nameBytesMax: number): QueryParameter {
  const equals = indexOrEnd(piece, '=', 0);
  const name = decode(piece.slice(0, equals));
  if (name === undefined) {
    throw malformed('The name of a query parameter is not percent-encoded UTF-8.');
  }
  if (Buffer.byteLength(name) > nameBytesMax) {
    throw malformed(`The name of a query parameter is longer than ${nameBytesMax} bytes.`);
  }
  const value = decode(piece.slice(equals + 1));
  if (value === undefined) {
    const description = 'the value is not percent-encoded UTF-8';
    throw new StatusError(Code.INVALID_ARGUMENT, 'QUERY_MALFORMED', `Query parameter: ${description}.`, {
      violations: [{ field: name, description }],
    });
  }
  return { name, value };
}

function indexOrEnd(text: string, character: string, start: number): number {
  const index = text.indexOf(character, start);
  return index < 0 ? text.length : index;
}

/** Undefined on a malformed escape or invalid UTF-8. */
function decode(text: string): string | undefined {
  const spaced = text.replaceAll('+', ' ');
  if (!spaced.includes('%')) {
    return spaced;
  }
  if (/%(?![0-9A-Fa-f]{2})/.test(spaced)) {
    return undefined;
  }
  const bytes = Buffer.from(
    spaced.replace(/%(..)/g, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

function malformed(message: string): StatusError {
  return new StatusError(Code.INVALID_ARGUMENT, 'QUERY_MALFORMED', message);
}
