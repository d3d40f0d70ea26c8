import { createHash } from 'node:crypto';
import type { DocsOptions } from '../../config/index.js';
import type { PageContent } from '../../gateway/index.js';
import { version } from '../../version.js';
import type { Assets } from './assets.js';

/**
 * Nothing from elsewhere, and no script but ours. Styles may be inline: the library that renders the document makes them
 * as it runs. Requests go to where the API is.
 */
function policyOf(servers: readonly string[]): string {
  const origins = servers.flatMap((server) => (server.startsWith('/') ? [] : [new URL(server).origin]));
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    `connect-src ${[...new Set(["'self'", ...origins])].join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/**
 * The page. What it asks for is named relative to it: a proxy may have put a path before it. `credentials` are header
 * fields that say who somebody is, in lower case; none where nobody is anybody.
 */
export async function portalPage(
  assets: Assets,
  { path, servers = [], title = 'API' }: DocsOptions & { path: string },
  credentials: readonly string[],
): Promise<PageContent> {
  const segments = path.split('/').slice(1);
  const base = segments.at(-1) ?? '';
  const settings = {
    root: '../'.repeat(segments.length - 1) || './',
    document: `${base}/openapi.json`,
    credentials,
    hasServers: servers.length > 0,
  };
  const places: Readonly<Record<string, string>> = {
    base,
    title: escaped(title),
    version: escaped(version),
    settings: escaped(JSON.stringify(settings)),
  };
  const text = (await assets.page()).replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => places[name] ?? '');
  const body = Buffer.from(text);
  return {
    contentType: 'text/html; charset=utf-8',
    body,
    digest: createHash('sha256').update(body).digest('base64url').slice(0, 22),
    codings: new Map(),
    headers: [
      ['cache-control', 'no-cache'],
      ['content-security-policy', policyOf(servers)],
      ['cross-origin-opener-policy', 'same-origin'],
      ['cross-origin-resource-policy', 'same-origin'],
      ['referrer-policy', 'no-referrer'],
    ],
  };
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
