import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context, MiddlewareHandler } from 'hono';

/**
 * Lets through who is on this machine and is no page: what changes something is not for everybody
 * who reaches the admin listener, nor for a browser that was led to it by a name of somebody else's
 * (DNS rebinding). From further away: `kubectl exec`, `kubectl port-forward`, ssh.
 */
export const onlyFromHere: MiddlewareHandler = async (c, next) => {
  const { address = '' } = getConnInfo(c).remote;
  const host = (c.req.header('host') ?? '').replace(/:\d+$/, '');
  if (!isLoopback(address) || !hosts.has(host) || isPage(c)) {
    return c.json({ message: 'Only from this machine, by its loopback address, and not by a page.' }, 403);
  }
  return next();
};

/** Lets through whoever is no page: where anybody who reaches the listener may change something. */
export const notByPages: MiddlewareHandler = async (c, next) =>
  isPage(c) ? c.json({ message: 'Not by a page.' }, 403) : next();

function isPage(c: Context): boolean {
  return c.req.header('origin') !== undefined || c.req.header('sec-fetch-site') !== undefined;
}

const hosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:/, '');
  return plain === '::1' || plain.startsWith('127.');
}
