import { Code, StatusError } from '../status/index.js';

// RFC 9110 §8.3.1: type "/" subtype, then parameters; token characters of §5.6.2.
const mediaType = /^[ \t]*([!#$%&'*+.^_`|~\w-]+\/[!#$%&'*+.^_`|~\w-]+)[ \t]*((?:;.*)?)$/;
const parameter = /;[ \t]*(?:([!#$%&'*+.^_`|~\w-]+)=("(?:[^"\\]|\\.)*"|[!#$%&'*+.^_`|~\w-]+))?[ \t]*/y;

/** How a body that is not taken as bytes is written. */
export type BodyForm = 'json' | 'form' | 'protobuf';

/** Names under which protobuf bytes go; the first is the one we write. */
export const protobufTypes: readonly string[] = ['application/x-protobuf', 'application/protobuf'];

/**
 * How a body of this content type is to be read: `application/json`, any `application/…+json` and
 * none given are JSON; `application/x-www-form-urlencoded`, `application/x-protobuf`. The only
 * charset is utf-8 (RFC 8259 §8.1).
 *
 * Throws StatusError INVALID_ARGUMENT, MEDIA_TYPE_UNSUPPORTED, HTTP 415.
 */
export function bodyForm(contentType: string | undefined): BodyForm {
  if (contentType === undefined || contentType === '' || contentType === 'application/json') {
    return 'json';
  }
  const match = mediaType.exec(contentType);
  const form = formOf(match?.[1]?.toLowerCase() ?? '');
  const charsets = charsetsOf(match?.[2] ?? '');
  if (charsets === undefined) {
    refuse('The parameters of the content type are malformed.');
  }
  if (charsets.some((charset) => charset !== 'utf-8')) {
    refuse('Bodies are UTF-8: send this one with charset=utf-8, or without a charset.');
  }
  return form;
}

function formOf(type: string): BodyForm {
  if (type === 'application/json' || (type.startsWith('application/') && type.endsWith('+json'))) {
    return 'json';
  }
  if (type === 'application/x-www-form-urlencoded') {
    return 'form';
  }
  if (protobufTypes.includes(type)) {
    return 'protobuf';
  }
  return refuse(
    'The body must be JSON: send it with the content type application/json. Forms and protobuf ' +
      'are taken as application/x-www-form-urlencoded and application/x-protobuf.',
  );
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
