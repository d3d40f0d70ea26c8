import { findField } from '../codec/index.js';
import type { DescField, DescMessage } from '../descriptor/index.js';
import { concat, emptyBinary, lenContent, lenField } from './wire.js';

const typeName = 'google.api.HttpBody';
/** Field numbers of google/api/httpbody.proto. */
const contentTypeNumber = 1;
const dataNumber = 2;
/** RFC 9110 §8.3: what a body without a content type may be taken for. */
const unknownContentType = 'application/octet-stream';

const utf8 = new TextEncoder();
const utf8Decoder = new TextDecoder();

/** Whether messages of this type carry an HTTP body as it is. */
export function isHttpBody(message: DescMessage): boolean {
  return message.typeName === typeName;
}

/** Whether the field is a google.api.HttpBody. */
export function isHttpBodyField(field: DescField): boolean {
  return field.fieldKind === 'message' && isHttpBody(field.message);
}

/** An HttpBody as protobuf bytes; what is empty is left out. */
export function encodeHttpBody(contentType: string, data: Uint8Array): Uint8Array {
  return concat([
    contentType === '' ? emptyBinary : lenField(contentTypeNumber, utf8.encode(contentType)),
    data.length === 0 ? emptyBinary : lenField(dataNumber, data),
  ]);
}

/** Reads the HttpBody that stands at `path` in a message, or is the message where `path` is empty. */
export function httpBodyReader(
  httpBody: DescMessage,
  path: readonly DescField[],
): (binary: Uint8Array) => { readonly contentType: string; readonly data: Uint8Array } {
  const read = (number: number) => {
    const field = httpBody.fields.find((candidate) => candidate.number === number);
    return (binary: Uint8Array) => {
      const found = field && findField(binary, [...path, field]);
      return found === undefined ? emptyBinary : lenContent(found);
    };
  };
  const contentTypeOf = read(contentTypeNumber);
  const dataOf = read(dataNumber);
  return (binary) => ({
    contentType: headerText(utf8Decoder.decode(contentTypeOf(binary))),
    data: dataOf(binary),
  });
}

/** The backend's text goes into a header field: anything but printable ASCII could inject another. */
function headerText(contentType: string): string {
  return /^[\x20-\x7e]+$/.test(contentType) ? contentType : unknownContentType;
}
