import { isIP } from 'node:net';
import type { MiddlewareHandler } from 'hono';

/**
 * Answers whoever asks by an address, as localhost or by one of these names. Any other name is one that a page of
 * somebody else's may have led a browser here by (DNS rebinding), and what is here is not for that page to read.
 */
export function onlyAskedAs(names: readonly string[]): MiddlewareHandler {
  const known = new Set(names.map((name) => name.toLowerCase()));
  return async (c, next) => {
    const host = hostOf(c.req.header('host') ?? '');
    if (isLocal(host) || isIP(host.replace(/^\[|\]$/g, '')) !== 0 || known.has(host)) return next();
    const hint = 'Ask by an address or as localhost, or name it in listen.adminNames.';
    return c.json({ message: `The admin listener is not known by this name. ${hint}` }, 421);
  };
}

/** In lower case and without port. */
function hostOf(header: string): string {
  return header.toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '');
}

function isLocal(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost');
}
