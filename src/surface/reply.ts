import type { Codec, CodecFactory, CodecOptions } from '../codec/index.js';
import type { Binding } from '../httprule/index.js';
import { httpBodyReader, isHttpBody, isHttpBodyField } from './http-body.js';
import type { ResponseWriter } from './surface.js';

/**
 * The response side of a binding: the whole message, or its `response_body` field alone, as JSON;
 * a google.api.HttpBody in either place as raw bytes. Its codec is made by the first response.
 */
export function responseWriter(
  binding: Binding,
  codecs: CodecFactory,
  options: CodecOptions,
): ResponseWriter {
  const { method, responseBody } = binding;
  let made: Codec | undefined;
  const json = (binary: Uint8Array) => {
    made ??=
      responseBody === undefined ? codecs.codec(method.output, options) : codecs.field(responseBody, options);
    return made.toJson(binary);
  };
  if (responseBody === undefined && isHttpBody(method.output)) {
    return { kind: 'raw', json, raw: httpBodyReader(method.output, []) };
  }
  if (responseBody?.fieldKind === 'message' && isHttpBodyField(responseBody)) {
    return { kind: 'raw', json, raw: httpBodyReader(responseBody.message, [responseBody]) };
  }
  return { kind: 'json', json, raw: (binary) => ({ contentType: 'application/json', data: json(binary) }) };
}
