import type { Context } from 'hono';
import type { Ask } from './operation.js';
import { type LogLevelChange, readLogLevelChange } from './operations/log-level.js';

/** Changes how much is logged: {"level": …, "forMs": …}. */
export async function changeLogLevel(c: Context, ask: Ask): Promise<Response> {
  const change = readLogLevelChange(await c.req.json().catch(() => undefined));
  if ('problem' in change) return c.json({ message: `The level cannot be read: ${change.problem}.` }, 400);
  return tellLogLevel(c, ask, change);
}

/** How much is logged now. */
export async function tellLogLevel(c: Context, ask: Ask, change?: LogLevelChange): Promise<Response> {
  const state = await ask('logLevel', change);
  return state === undefined
    ? c.json({ message: 'The log is that of the program which the gateway is part of.' }, 404)
    : c.json(state);
}
