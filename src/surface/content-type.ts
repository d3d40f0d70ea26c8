import { Code, StatusError } from '../status/index.js';

// RFC 9110 §8.3.1: type "/" subtype, then parameters; token characters of §5.6.2.
const mediaType = /^[ \t]*([!#$%&'*+.^_`|~\w-]+\/[!#$%&'*+.^_`|~\w-]+)[ \t]*((?:;.*)?)$/;
const parameter = /;[ \t]*(?:([!#$%&'*+.^_`|~\w-]+)=("(?:[^"\\]|\\.)*"|[!#$%&'*+.^_`|~\w-]+))?[ \t]*/y;

/**
 * Checks that a body of this content type may be read as JSON: `application/json`, any
 * `application/…+json`, or none given; the only charset is utf-8 (RFC 8259 §8.1).
 *
 * Throws StatusError INVALID_ARGUMENT, MEDIA_TYPE_UNSUPPORTED, HTTP 415.
 */
export function requireJsonContentType(contentType: string | undefined): void {
  if (contentType === undefined || contentType === '' || contentType === 'application/json') {
    return;
  }
  const match = mediaType.exec(contentType);
  const type = match?.[1]?.toLowerCase() ?? '';
  if (type !== 'application/json' && !(type.startsWith('application/') && type.endsWith('+json'))) {
    refuse('The body must be JSON: send it with the content type application/json.');
  }
  const charsets = charsetsOf(match?.[2] ?? '');
  if (charsets === undefined) {
    refuse('The parameters of the content type are malformed.');
  }
  if (charsets.some((charset) => charset !== 'utf-8')) {
    refuse('JSON is UTF-8: send the body with charset=utf-8, or without a charset.');
  }
}

function charsetsOf(parameters: string): string[] | undefined {
  const charsets: string[] = [];
  parameter.lastIndex = 0;
  while (parameter.lastIndex < parameters.length) {
    const match = parameter.exec(parameters);
    if (match === null) {
      return undefined;
    }
    if (match[1]?.toLowerCase() === 'charset') {
      charsets.push((match[2] ?? '').replaceAll(/^"|"$/g, '').toLowerCase());
    }
  }
  return charsets;
}

function refuse(message: string): never {
  throw new StatusError(Code.INVALID_ARGUMENT, 'MEDIA_TYPE_UNSUPPORTED', message, { httpStatus: 415 });
}
