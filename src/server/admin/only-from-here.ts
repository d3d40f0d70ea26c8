import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context, MiddlewareHandler } from 'hono';

/**
 * Lets through who is on this machine and is no page: what changes something is not for everybody
 * who reaches the admin listener, nor for a browser that was led to it by a name of somebody else's
 * (DNS rebinding). From further away: `kubectl exec`, `kubectl port-forward`, ssh.
 */
export const onlyFromHere: MiddlewareHandler = async (c, next) =>
  isFromHere(c) && !isPage(c)
    ? next()
    : c.json({ message: 'Only from this machine, by its loopback address, and not by a page.' }, 403);

/** Lets through whoever is no page: where anybody who reaches the listener may change something. */
export const notByPages: MiddlewareHandler = async (c, next) =>
  isPage(c) ? c.json({ message: 'Not by a page.' }, 403) : next();

/** As one of these, but the console, which is a page of this listener, may ask too. */
export function orByConsole(writes: 'here' | 'anywhere'): MiddlewareHandler {
  const others = writes === 'here' ? onlyFromHere : notByPages;
  return async (c, next) =>
    isOwnPage(c) && (writes === 'anywhere' || isFromHere(c)) ? next() : others(c, next);
}

function isFromHere(c: Context): boolean {
  const { address = '' } = getConnInfo(c).remote;
  const host = (c.req.header('host') ?? '').replace(/:\d+$/, '');
  return isLoopback(address) && hosts.has(host);
}

function isPage(c: Context): boolean {
  return c.req.header('origin') !== undefined || c.req.header('sec-fetch-site') !== undefined;
}

/** Another port of a machine is another origin, though the same site. */
function isOwnPage(c: Context): boolean {
  const own = `http://${c.req.header('host')}`;
  return c.req.header('origin') === own && c.req.header('sec-fetch-site') === 'same-origin';
}

const hosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:/, '');
  return plain === '::1' || plain.startsWith('127.');
}
