/**
 * URIs as DPoP compares them (RFC 9449 §4.3, RFC 3986 §6.2.2 and §6.2.3): without query and fragment, scheme
 * and host in lower case, no default port, no dot segments, no escapes of what needs none, others in
 * upper case. Undefined for what is no absolute http or https URI.
 */
export function normalizedUri(text: string): string | undefined {
  // URL would read "\" as "/" and drop what it does not like.
  if (!/^https?:\/\/[\x21-\x7e]+$/i.test(text) || /[\\"<>^`{|}]/.test(text)) return undefined;
  const [whole = ''] = text.split(/[?#]/, 1);
  if (!URL.canParse(whole)) return undefined;
  const { protocol, host, pathname, username, password } = new URL(unescaped(whole));
  return username === '' && password === '' ? `${protocol}//${host}${pathname}` : undefined;
}

/** %41 → A, %2f → %2F. */
function unescaped(text: string): string {
  return text.replace(/%[0-9A-Fa-f]{2}/g, (octet) => {
    const character = String.fromCharCode(Number.parseInt(octet.slice(1), 16));
    return /[A-Za-z0-9\-._~]/.test(character) ? character : octet.toUpperCase();
  });
}

/** The URI under which clients know what they have asked for: the public URL and the path of the request target. */
export function targetUri(publicUrl: string, target: string): string | undefined {
  // The absolute form names a host itself (RFC 9112 §3.2.2), which is the client's word.
  const path = target.startsWith('/')
    ? target
    : /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#]*(.*)$/s.exec(target)?.[1];
  return path === undefined ? undefined : normalizedUri(`${publicUrl.replace(/\/+$/, '')}${path}`);
}
