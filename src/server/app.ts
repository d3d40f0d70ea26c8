import { type Context, Hono } from 'hono';
import { routePath } from 'hono/route';
import type { Gateway } from '../gateway/index.js';
import { exchangeOf, responseOf } from './fetch.js';

/**
 * The gateway as a Hono app: hand-written routes first in line, then every binding. Mounted under a prefix
 * (`app.route('/api', gateway.app)`), it serves the paths of the templates below it.
 */
export function createApp(core: Gateway, routes: ((app: Hono) => void) | undefined): Hono {
  const app = new Hono();
  routes?.(app);
  app.all('*', async (c) =>
    responseOf(await core.handle(exchangeOf(c.req.raw, rawTarget(c), peerOf(c))), c.req.method),
  );
  return app;
}

/** What @hono/node-server puts into the environment. */
interface NodeEnvironment {
  readonly incoming?: { readonly url?: string; readonly socket?: { readonly remoteAddress?: string } };
}

/** Hono types the environment as whatever the runtime gives: any. */
const nodeEnvironment = (c: Context): NodeEnvironment => (c.env ?? {}) as NodeEnvironment;

/**
 * The request target as it was sent, without the prefix of the mount. URL parsing resolves `%2e%2e`, which
 * must be refused instead, so Node's own text is taken where there is one.
 */
function rawTarget(c: Context): string {
  const sent = nodeEnvironment(c).incoming?.url ?? targetOf(c.req.raw.url);
  const prefix = routePath(c).replace(/\/?\*$/, '');
  return prefix !== '' && sent.startsWith(prefix) ? sent.slice(prefix.length) || '/' : sent;
}

function targetOf(url: string): string {
  const path = url.indexOf('/', url.indexOf('//') + 2);
  return path < 0 ? '/' : url.slice(path);
}

const peerOf = (c: Context): string => nodeEnvironment(c).incoming?.socket?.remoteAddress ?? '';
