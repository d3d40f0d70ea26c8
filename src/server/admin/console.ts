import { readFile } from 'node:fs/promises';
import { Hono } from 'hono';
import type { Ask } from './operation.js';
import type { Live } from './operations/live.js';

/** Where clients are listened to. */
export interface ClientsAddress {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
}

/** What the page is told each second. */
export interface ConsoleData extends Live {
  readonly clients: ClientsAddress;
}

/** Beside this file in src/ and, copied by the build, in dist/. */
const folder = new URL('../../console/', import.meta.url);

/** What a page is made of; nothing else in the folder is given out. */
const contentTypes: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/** Nothing from elsewhere, nothing inline, and no text can become markup. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const headers = {
  'cache-control': 'no-cache',
  'content-security-policy': policy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** The live page and its data. What it asks for is named relative to it: a proxy may have put a path before it. */
export function consolePages(ask: Ask, clients: ClientsAddress): Hono {
  const app = new Hono();
  const page = async (name: string): Promise<Response | undefined> => {
    const contentType = contentTypes[name.slice(name.lastIndexOf('.') + 1)];
    if (contentType === undefined) return undefined;
    try {
      return new Response(await readFile(new URL(name, folder)), {
        headers: { ...headers, 'content-type': contentType },
      });
    } catch {
      return undefined;
    }
  };
  app.get('/', async (c) => (await page('index.html')) ?? c.notFound());
  app.get('/live', async (c) => {
    const since = Number(c.req.query('since') ?? 0);
    if (!Number.isSafeInteger(since) || since < 0) return c.json({ message: 'since is a second.' }, 400);
    const data: ConsoleData = { ...(await ask('live', { since })), clients };
    return c.json(data, 200, { ...headers, 'cache-control': 'no-store' });
  });
  app.get('/:name{[a-z-]+\\.[a-z]+}', async (c) => (await page(c.req.param('name'))) ?? c.notFound());
  return app;
}
