import type { Diagnostic } from '../diagnostic/index.js';
import type { PropylonGateway } from '../server/index.js';
import type { Log } from '../telemetry/index.js';
import { demoLines } from './demo-shop.js';

/** What is served, as plain data: a worker tells its primary, who prints it. */
export interface Announcement {
  readonly scheme: 'http' | 'https';
  readonly sources: readonly string[];
  readonly serving: string;
  readonly access: string;
  /** Path of the page with the API's documentation. */
  readonly docs: string | undefined;
  readonly workers?: number;
  readonly diagnostics: readonly Diagnostic[];
}

/** Where it is served. */
interface Addresses {
  readonly host: string;
  readonly port: number;
  readonly adminHost: string;
  readonly adminPort: number;
}

export function announcementOf(gateway: PropylonGateway, scheme: 'http' | 'https'): Announcement {
  const { services, methods, routes } = gateway.counts;
  return {
    scheme,
    sources: gateway.sources,
    serving: `${services} services, ${methods} methods, ${routes} routes`,
    access: accessText(gateway.access),
    docs: gateway.docsPath,
    diagnostics: gateway.diagnostics,
  };
}

/** Prints what is served, and where: from then on requests may come. */
export async function announce(
  { scheme, sources, serving, access, docs, workers }: Announcement,
  { host, port, adminHost, adminPort }: Addresses,
  isDemo: boolean,
): Promise<void> {
  const url = urlOf(scheme, host, port);
  const lines = [
    ...sources.map((source) => `source   ${source}`),
    `serving  ${serving}`,
    `access   ${access}`,
    ...(workers === undefined ? [] : [`workers  ${workers}`]),
    ...(docs === undefined ? [] : [`docs     ${url}${docs}`]),
    `listening ${url} admin ${urlOf('http', adminHost, adminPort)}`,
    ...(isDemo ? await demoLines(url) : []),
  ];
  for (const line of lines) process.stdout.write(`${line}\n`);
}

/** The start, for whoever reads the log and nothing else; people have just been told. */
export function logStart(
  log: Log,
  { scheme, serving, access }: Announcement,
  { host, port, adminHost, adminPort }: Addresses,
): void {
  if (log.format === 'pretty') return;
  log.info(`serving ${serving}`, {
    'labels.access': access,
    'labels.url': urlOf(scheme, host, port),
    'labels.admin_url': urlOf('http', adminHost, adminPort),
  });
}

/** Whether callers are asked for anything: an operator who thinks so should read it at once. */
function accessText(access: PropylonGateway['access']): string {
  if (access === undefined) return 'open: no policy is configured, so every request is let through';
  const { routes, publicRoutes, providers } = access;
  const named = providers.length === 0 ? 'no providers' : `providers ${providers.join(', ')}`;
  return `guarded: ${publicRoutes} of ${routes} routes public, ${named}`;
}

/** An address that can be pasted: "any" is reached through loopback. */
function urlOf(scheme: string, host: string, port: number): string {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `${scheme}://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}
