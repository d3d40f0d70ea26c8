/** A JWT as it reads, of which nothing has been verified. */
export interface UnverifiedToken {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Of a JWS in its compact form (RFC 7515 §3.1); an encrypted token has five parts. */
const compact = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)$/;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Undefined for anything that is no JWT: opaque tokens, encrypted ones, and what cannot be read. */
export function readToken(token: string): UnverifiedToken | undefined {
  const [, first, second] = compact.exec(token) ?? [];
  const header = first === undefined ? undefined : objectOf(first);
  const claims = second === undefined ? undefined : objectOf(second);
  return header === undefined || claims === undefined ? undefined : { header, claims };
}

function objectOf(base64url: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(utf8.decode(Buffer.from(base64url, 'base64url')));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a value of JSON is an object. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
