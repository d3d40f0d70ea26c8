import type { Call } from './transport.js';

/** The first value of a header field of the client's request, or of the metadata of a call that has no client. */
export function requestHeader(call: Call, name: string): string | undefined {
  const field = (call.headers ?? call.metadata).find(([key]) => key === name);
  return typeof field?.[1] === 'string' ? field[1] : undefined;
}
