import {
  type Codec,
  type CodecFactory,
  type CodecOptions,
  findField,
  type Projection,
  ProjectionError,
  parseProjection,
  projectBinary,
} from '../codec/index.js';
import type { DescField, DescMessage } from '../descriptor/index.js';
import type { Binding } from '../httprule/index.js';
import type { Limits } from '../limits.js';
import { httpBodyReader, isHttpBody, isHttpBodyField } from './http-body.js';
import type { ResponseForm, ResponseWriter, WriteMessage } from './surface.js';
import { refusal } from './system-parameters.js';
import { emptyBinary, lenContent } from './wire.js';

type ReplyLimits = Pick<Limits, 'queryDepthMax'>;

/**
 * The response side of a binding: the whole message, or its `response_body` field alone, as JSON
 * or protobuf; a google.api.HttpBody in either place as raw bytes. Codecs are made by the first
 * response that needs them, one for each of the few sets of options.
 */
export function responseWriter(
  binding: Binding,
  codecs: CodecFactory,
  options: CodecOptions,
  limits: ReplyLimits,
): ResponseWriter {
  const { method, responseBody } = binding;
  const root = responseBody ?? method.output;
  const codecOf = (some: CodecOptions): Codec =>
    root.kind === 'message' ? codecs.codec(root, some) : codecs.field(root, some);
  let made: Codec | undefined;
  const json: WriteMessage = (binary) => {
    made ??= codecOf(options);
    return made.toJson(binary);
  };
  const toBinary = protobufWriter(root);
  const writer = (form: ResponseForm): WriteMessage => {
    const wanted = form.fields === undefined ? undefined : projection(form.fields, root, limits);
    if (form.media === 'protobuf') return (binary) => toBinary?.(binary, wanted) ?? binary;
    if (wanted === undefined && form.emitDefaults === undefined && form.enumsAsNumbers === undefined)
      return json;
    const codec = codecOf({
      ...options,
      emitDefaults: form.emitDefaults ?? options.emitDefaults,
      enumsAsNumbers: form.enumsAsNumbers ?? options.enumsAsNumbers,
    });
    return (binary) => codec.toJson(binary, wanted);
  };
  const httpBody = httpBodyOf(root);
  return {
    kind: httpBody === undefined ? 'json' : 'raw',
    protobuf: toBinary !== undefined,
    json,
    writer,
    raw: httpBody ?? ((binary) => ({ contentType: 'application/json', data: json(binary) })),
  };
}

function projection(
  mask: string,
  root: DescMessage | DescField,
  limits: ReplyLimits,
): Projection | undefined {
  try {
    return parseProjection(mask, root, limits.queryDepthMax);
  } catch (error) {
    throw error instanceof ProjectionError
      ? refusal('QUERY_VALUE', '$fields', `is no mask of this answer: ${error.message}`)
      : error;
  }
}

/** The message itself, or the content of the field that is one; undefined where there is no message. */
function protobufWriter(
  root: DescMessage | DescField,
): ((binary: Uint8Array, wanted: Projection | undefined) => Uint8Array) | undefined {
  if (root.kind === 'message') {
    return (binary, wanted) => (wanted === undefined ? binary : projectBinary(root, binary, wanted));
  }
  if (root.fieldKind !== 'message' || root.delimitedEncoding) return undefined;
  const { message } = root;
  return (binary, wanted) => {
    const field = findField(binary, [root]);
    const content = field === undefined ? emptyBinary : lenContent(field);
    return wanted === undefined ? content : projectBinary(message, content, wanted);
  };
}

function httpBodyOf(root: DescMessage | DescField): ResponseWriter['raw'] | undefined {
  if (root.kind === 'message') return isHttpBody(root) ? httpBodyReader(root, []) : undefined;
  return root.fieldKind === 'message' && isHttpBodyField(root)
    ? httpBodyReader(root.message, [root])
    : undefined;
}
