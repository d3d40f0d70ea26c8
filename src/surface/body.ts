import { appendFragment, type CodecFactory, type CodecOptions } from '../codec/index.js';
import type { DescField } from '../descriptor/index.js';
import type { Binding } from '../httprule/index.js';
import type { Limits } from '../limits.js';
import { Code, StatusError } from '../status/index.js';
import { isBlank } from './blank.js';
import { bodyForm } from './content-type.js';
import type { FieldNames } from './field-names.js';
import { formBody } from './form-body.js';
import { encodeHttpBody, isHttpBody, isHttpBodyField } from './http-body.js';
import { protobufBody } from './protobuf-body.js';
import type { RequestOptions } from './request-options.js';
import type { RequestBinder } from './surface.js';
import { emptyBinary } from './wire.js';

/** Body → request bytes of the fields that come from the body. */
export interface BodyBinder {
  /** The body of a unary request, or the first message of a stream. What a form names is added to `named`. */
  first(body: Uint8Array, contentType: string | undefined, named?: string[]): Uint8Array;
  /** A later message of a stream. */
  next(body: Uint8Array, contentType: string | undefined): Uint8Array;
}

/** What binders of a body need besides the binding. */
export interface BodyContext {
  readonly codecs: CodecFactory;
  readonly options: CodecOptions;
  readonly strictness: RequestOptions;
  readonly names: FieldNames;
  readonly limits: Limits;
}

/** What a binding makes of the body. */
export function bodyKind(binding: Binding): RequestBinder['body'] {
  if (binding.body === 'none') {
    return 'none';
  }
  const raw = binding.body === 'all' ? isHttpBody(binding.method.input) : isHttpBodyField(binding.body);
  return raw ? 'raw' : 'json';
}

/** Prepares the body of a binding: `body: "*"`, `body: "f"` or none. */
export function bodyBinder(
  binding: Binding,
  { codecs, options, strictness, names, limits }: BodyContext,
): BodyBinder {
  const { body: source } = binding;
  if (source === 'none') {
    return strictness.unexpectedBody === 'ignore' ? ignoredBody : refusedBody;
  }
  if (bodyKind(binding) === 'raw') {
    return rawBody(source === 'all' ? [] : [source]);
  }
  const within = source === 'all' ? '' : names.shown(source);
  const codec =
    source === 'all' ? codecs.codec(binding.method.input, options) : codecs.field(source, options);
  const form = formBody(binding, names, limits, strictness);
  const protobuf = protobufBody(binding);
  const read = (body: Uint8Array, contentType: string | undefined, named?: string[]) => {
    try {
      return fragmentOf(body, contentType, named);
    } catch (error) {
      throw error instanceof StatusError && within !== '' ? error.within(within) : error;
    }
  };
  const fragmentOf = (body: Uint8Array, contentType: string | undefined, named?: string[]) => {
    // Bytes that are blanks in JSON may be a message in protobuf.
    if (isBlank(body) && (body.length === 0 || contentType?.includes('protobuf') !== true)) {
      return emptyBinary;
    }
    const written = bodyForm(contentType);
    if (written === 'protobuf') {
      return protobuf(body);
    }
    if (written === 'json') {
      return codec.toBinary(body);
    }
    const binary = form.toBinary(body, named);
    return source === 'all' ? binary : appendFragment(emptyBinary, [source], binary);
  };
  return { first: read, next: read };
}

const refusedBody: BodyBinder = { first: refuseBody, next: refuseBody };
const ignoredBody: BodyBinder = { first: () => emptyBinary, next: () => emptyBinary };

function refuseBody(body: Uint8Array): Uint8Array {
  if (!isBlank(body)) {
    throw new StatusError(Code.INVALID_ARGUMENT, 'BODY_UNEXPECTED', 'The method takes no body here.');
  }
  return emptyBinary;
}

/** google.api.HttpBody: the bytes as they are; in a stream the content type goes with the first piece. */
function rawBody(parents: readonly DescField[]): BodyBinder {
  const bind = (contentType: string, data: Uint8Array) => {
    const fragment = encodeHttpBody(contentType, data);
    return fragment.length === 0 ? emptyBinary : appendFragment(emptyBinary, parents, fragment);
  };
  return {
    first: (body, contentType) => bind(contentType ?? '', body),
    next: (body) => bind('', body),
  };
}
