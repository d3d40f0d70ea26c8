/** The value of an ASCII hex digit, or -1. */
export function hexValue(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** The byte that the two hex digits at `index` stand for; -1 when there are not two. */
export function hexByte(text: string, index: number): number {
  const high = hexValue(text.charCodeAt(index));
  const low = hexValue(text.charCodeAt(index + 1));
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/** RFC 3986 §2.3: characters that mean the same with and without an escape. */
export function isUnreserved(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x2d ||
    code === 0x2e ||
    code === 0x5f ||
    code === 0x7e
  );
}

/**
 * The form in which literals of templates and segments of requests are compared (RFC 3986 §6.2.2):
 * unreserved characters decoded, every other escape in upper case. All escapes must be well formed.
 *
 * "%73helves%2fa" → "shelves%2Fa"
 */
export function normalizeEscapes(text: string): string {
  let at = text.indexOf('%');
  if (at < 0) return text;
  let result = '';
  let done = 0;
  while (at >= 0) {
    const byte = hexByte(text, at + 1);
    result += text.slice(done, at);
    result += isUnreserved(byte) ? String.fromCharCode(byte) : text.slice(at, at + 3).toUpperCase();
    done = at + 3;
    at = text.indexOf('%', done);
  }
  return result + text.slice(done);
}

/** Escapes that a variable keeps as sent: none, `%2F` alone, or those of RFC 6570's reserved characters. */
export type KeptEscapes = 'none' | 'slash' | 'reserved';

/**
 * Decodes the raw text that a variable matched, exactly once. All escapes must be well formed.
 * `+` is a plus.
 *
 * In a variable of several segments `%2F` and `%2f` stay as sent (`slash`), so that a client can
 * still tell a slash inside a segment from one between segments. See http.proto, "Path template
 * syntax". That form is not injective: `%252F` gives "%2F" too.
 *
 * Returns undefined when the decoded bytes are not UTF-8.
 *
 * none: "a%2Fb%20c" → "a/b c"; slash: "shelves/a%2Fb/c%20d" → "shelves/a%2Fb/c d"
 */
export function decodeCapture(raw: string, kept: KeptEscapes): string | undefined {
  if (!raw.includes('%')) return raw;
  try {
    return kept === 'none' ? decodeURIComponent(raw) : decodeAround(raw, kept === 'slash' ? '/' : reserved);
  } catch {
    return undefined;
  }
}

/** RFC 3986 §2.2: gen-delims and sub-delims. */
const reserved = "!#$&'()*+,/:;=?@[]";

function decodeAround(raw: string, kept: string): string {
  let result = '';
  let done = 0;
  // Steps over whole escapes, or the "%2" of "%252F" would be found inside "%25".
  for (let at = raw.indexOf('%'); at >= 0; at = raw.indexOf('%', at + 3)) {
    if (!kept.includes(String.fromCharCode(hexByte(raw, at + 1)))) continue;
    // UTF-8 sequences never contain a byte of ASCII, so the text around it decodes on its own.
    result += decodeURIComponent(raw.slice(done, at)) + raw.slice(at, at + 3);
    done = at + 3;
  }
  return result + decodeURIComponent(raw.slice(done));
}
