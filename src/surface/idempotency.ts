import type { CodecFactory } from '../codec/index.js';
import { type DescMethod, hasRequestId, isDeclaredIdempotent } from '../descriptor/index.js';
import type { Binding } from '../httprule/index.js';
import { fieldText } from './field-text.js';

/** HTTP methods whose requests may be repeated (RFC 9110 §9.2.2). */
const idempotentHttpMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'PUT', 'DELETE']);

const always = (): boolean => true;
const never = (): boolean => false;

/**
 * Whether requests of a binding may be processed twice: by their HTTP method, by `idempotency_level`
 * of the method, or because a request carries a `request_id` by which the backend knows it again (AIP-155).
 */
export function idempotencyOf(
  { method, httpMethod }: Binding,
  codecs: CodecFactory,
): (message: Uint8Array | undefined) => boolean {
  if (isDeclaredIdempotent(method)) return always;
  // Of several messages only the first is known here.
  if (takesStream(method)) return never;
  if (idempotentHttpMethods.has(httpMethod)) return always;
  const requestId = hasRequestId(method.input) ? fieldText(method.input, 'request_id', codecs) : undefined;
  return requestId === undefined
    ? never
    : (message) => message !== undefined && requestId(message) !== undefined;
}

function takesStream({ methodKind }: DescMethod): boolean {
  return methodKind === 'client_streaming' || methodKind === 'bidi_streaming';
}
