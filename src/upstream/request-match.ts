import type { Call } from './transport.js';

/** Which requests are meant: those with a header field, or with one of a certain value. */
export interface RequestMatch {
  readonly header: string;
  readonly value?: string | undefined;
}

/** What requests are told apart by. */
export interface RequestKey {
  readonly header?: string | undefined;
  readonly cookie?: string | undefined;
}

/** Whether a call is meant; every one is where nothing is said. */
export function requestMatcher(match: RequestMatch | undefined): (call: Call) => boolean {
  if (match === undefined) return () => true;
  const name = match.header.toLowerCase();
  const { value } = match;
  return (call) => {
    const given = requestHeader(call, name);
    return given !== undefined && (value === undefined || given === value);
  };
}

/** Reads the text of a call; undefined where it has none. */
export function requestKeyReader({ header, cookie }: RequestKey): (call: Call) => string | undefined {
  if (cookie !== undefined) return (call) => cookieOf(requestHeader(call, 'cookie'), cookie);
  const name = header?.toLowerCase() ?? '';
  return (call) => requestHeader(call, name);
}

/** The first value of a header field of the client's request, or of the metadata of a call that has no client. */
export function requestHeader(call: Call, name: string): string | undefined {
  const field = (call.headers ?? call.metadata).find(([key]) => key === name);
  return typeof field?.[1] === 'string' ? field[1] : undefined;
}

/** cookie-string = cookie-pair *( ";" SP cookie-pair ) (RFC 6265 §4.2.1) */
function cookieOf(header: string | undefined, name: string): string | undefined {
  const pair = header?.split(';').find((part) => part.trimStart().startsWith(`${name}=`));
  return pair?.trimStart().slice(name.length + 1);
}
