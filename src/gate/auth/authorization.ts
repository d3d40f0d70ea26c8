import { fieldValues, type HeaderFields } from '../../headers.js';

/** The credentials of a request (RFC 9110 §11.4): a scheme and what it takes. */
export interface Authorization {
  /** In lower case: schemes are compared without case. */
  readonly scheme: string;
  /** As sent: a token68, or parameters. */
  readonly credentials: string;
}

const token68 = /^[A-Za-z0-9\-._~+/]+=*$/;

/** What the one Authorization field says; undefined where there is none. A field without a blank is a scheme alone. */
export function authorizationOf(headers: HeaderFields): Authorization | undefined {
  const [value] = fieldValues(headers, 'authorization');
  if (value === undefined) return undefined;
  const blank = value.indexOf(' ');
  if (blank < 0) return { scheme: value.toLowerCase(), credentials: '' };
  return { scheme: value.slice(0, blank).toLowerCase(), credentials: value.slice(blank + 1).trimStart() };
}

/** Whether a text is a token68, which no list of parameters and no second token is. */
export function isToken68(text: string): boolean {
  return token68.test(text);
}
