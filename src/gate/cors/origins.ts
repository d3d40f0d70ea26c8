/** Whether pages of an origin may call, by the value of Origin (RFC 6454 §7). */
export type AllowedOrigins = (origin: string) => boolean;

/** An origin as browsers write it: lower case, no path. Of `https://*.shop.example` the part behind "*". */
const written = /^([a-z][a-z0-9+.-]*:\/\/)(\*(?=\.))?([^/?#@*\s]+)$/;

/** One or more labels of a host name; what stands there may not be of another host. */
const labels = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/;

/**
 * Origins and patterns such as `https://*.shop.example`, which is for every host below shop.example
 * and not for shop.example itself → one look-up for those, and one comparison for each pattern. What
 * is compared is the whole origin, port included.
 */
export function allowedOrigins(
  texts: readonly string[],
): { readonly allows: AllowedOrigins } | { readonly problems: readonly string[] } {
  const exact = new Set<string>();
  const patterns: { readonly scheme: string; readonly end: string }[] = [];
  const problems: string[] = [];
  for (const text of texts) {
    const [, scheme = '', wildcard, rest = ''] = written.exec(text) ?? [];
    const origin = scheme + rest.replace(/^\./, '');
    if (text === 'null') problems.push('null is the origin of every sandboxed page and local file');
    else if (rest === '' || !isWrittenAsByBrowsers(scheme, origin)) problems.push(`${text} is no origin`);
    else if (wildcard === undefined) exact.add(text);
    else if (!rest.slice(1).includes('.')) problems.push(`${text} is for more than one owner's hosts`);
    else patterns.push({ scheme, end: rest });
  }
  if (problems.length > 0) return { problems };
  const fits = (origin: string): boolean =>
    patterns.some(
      ({ scheme, end }) =>
        origin.length > scheme.length + end.length &&
        origin.startsWith(scheme) &&
        origin.endsWith(end) &&
        labels.test(origin.slice(scheme.length, origin.length - end.length)),
    );
  return { allows: (origin) => exact.has(origin) || fits(origin) };
}

/** Whether a browser could send it: of the web's schemes without the default port, and any host in lower case. */
function isWrittenAsByBrowsers(scheme: string, origin: string): boolean {
  if (scheme !== 'http://' && scheme !== 'https://') return true;
  return URL.canParse(origin) && new URL(origin).origin === origin;
}
