import { appendFragment, type CodecFactory, type CodecOptions } from '../codec/index.js';
import type { DescField } from '../descriptor/index.js';
import type { Binding } from '../httprule/index.js';
import { Code, StatusError } from '../status/index.js';
import { requireJsonContentType } from './content-type.js';
import { encodeHttpBody, isHttpBody, isHttpBodyField } from './http-body.js';
import type { RequestBinder } from './surface.js';
import { emptyBinary } from './wire.js';

/** Body → request bytes of the fields that come from the body. */
export interface BodyBinder {
  /** The body of a unary request, or the first message of a stream. */
  first(body: Uint8Array, contentType: string | undefined): Uint8Array;
  /** A later message of a stream. */
  next(body: Uint8Array, contentType: string | undefined): Uint8Array;
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
export function bodyBinder(binding: Binding, codecs: CodecFactory, options: CodecOptions): BodyBinder {
  if (binding.body === 'none') {
    return noBody;
  }
  if (bodyKind(binding) === 'raw') {
    return rawBody(binding.body === 'all' ? [] : [binding.body]);
  }
  const codec =
    binding.body === 'all'
      ? codecs.codec(binding.method.input, options)
      : codecs.field(binding.body, options);
  const read = (body: Uint8Array, contentType: string | undefined) => {
    if (isBlank(body)) {
      return emptyBinary;
    }
    requireJsonContentType(contentType);
    return codec.toBinary(body);
  };
  return { first: read, next: read };
}

/** Whether the body holds nothing but JSON's white space: such a body counts as absent. */
export function isBlank(body: Uint8Array): boolean {
  return body.every((byte) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09);
}

const noBody: BodyBinder = { first: refuseBody, next: refuseBody };

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
