/**
 * The raw request target below the prefix at which the gateway's app is mounted.
 *
 * `routePath` is Hono's pattern of the matched handler: "/*", "/api/*", "/t/:tenant/*". Hono matched it
 * against a decoded and normalised path; its segments are counted off the raw one, since "%61pi" is "api".
 *
 * "/api/v1/a%2Fb?x=1" below "/api/*" → "/v1/a%2Fb?x=1"; "http://host/api/v1" → "/v1"
 *
 * Undefined where the raw path could be another one than Hono saw: with "\", which URL parsing turns into
 * "/", or with a dot segment inside the prefix. Handlers that guard a path would guard the wrong one.
 */
export function mountedTarget(target: string, routePath: string): string | undefined {
  const start = pathStart(target);
  const end = target.search(/[?#]/);
  const path = target.slice(start, end < 0 ? undefined : end);
  if (path.includes('\\')) return undefined;
  const query = end < 0 ? '' : target.slice(end);
  const depth = routePath.replace(/\/?\*$/, '').split('/').length - 1;
  const [, ...segments] = path.split('/');
  if (segments.slice(0, depth).some(isDots)) return undefined;
  return `/${segments.slice(depth).join('/')}${query}`;
}

/** Where the path begins: a proxy's absolute form has scheme and host before it (RFC 9112 §3.2.2). */
function pathStart(target: string): number {
  const authority = /^https?:\/\/[^/?#]*/i.exec(target);
  return authority === null ? 0 : authority[0].length;
}

function isDots(segment: string): boolean {
  return /^\.{1,2}$/.test(segment.replace(/%2e/gi, '.'));
}
