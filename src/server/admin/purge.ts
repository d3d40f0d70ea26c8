import type { Context } from 'hono';
import { readPurge } from '../../gate/index.js';
import type { Ask } from './operation.js';

/** Drops stored answers: {"all": true}, or {"methods": […], "tags": […]}, or the same as a query with all, method, tag. */
export async function purgeCache(c: Context, ask: Ask): Promise<Response> {
  const purge = readPurge(await askedFor(c));
  if ('problem' in purge) return c.json({ message: `The purge cannot be read: ${purge.problem}.` }, 400);
  const result = await ask('purge', purge);
  switch (result.kind) {
    case 'purged':
      return c.json({ purged: purge });
    case 'unknown':
      return c.json({ message: `No policy has: ${result.names.join(', ')}. Nothing was purged.` }, 404);
    case 'unavailable':
      return c.json({ message: 'The store is away; what it holds may be given again.' }, 503);
  }
}

async function askedFor(c: Context): Promise<unknown> {
  const text = await c.req.text();
  if (text === '') {
    const { all, method, tag } = c.req.queries();
    return { all: all !== undefined, methods: method ?? [], tags: tag ?? [] };
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
