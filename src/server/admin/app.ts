import { Hono } from 'hono';
import { Unanswered } from './ask-all.js';
import { onlyAskedAs } from './asked-names.js';
import { bodyUpTo } from './bounded-body.js';
import { type ClientsAddress, consolePages } from './console.js';
import { explainRequest } from './explain.js';
import { indexPage } from './index-page.js';
import { changeLogLevel, tellLogLevel } from './log-level.js';
import { answerMetrics } from './metrics.js';
import { notByPages, onlyFromHere, orByConsole } from './only-from-here.js';
import type { Ask } from './operation.js';
import { healthText } from './operations/health.js';
import { purgeCache } from './purge.js';

/** No purge needs more. */
const bodyBytesMax = 64 * 1024;

/** A request to be explained, its body in base64. */
const questionBytesMax = 8 * 1024 * 1024;

/** Who may ask. */
export interface AdminAccess {
  /** Names of the listener, besides localhost and addresses. Default none. */
  readonly names?: readonly string[] | undefined;
  /** From where it takes what changes something. Default `here`: from this machine. */
  readonly writes?: 'here' | 'anywhere' | undefined;
}

/** What an operator or a kubelet asks, on a listener of its own. */
export function createAdminApp(
  ask: Ask,
  clients: ClientsAddress,
  { names = [], writes = 'here' }: AdminAccess = {},
): Hono {
  const app = new Hono();
  const change = writes === 'here' ? onlyFromHere : notByPages;
  const bounded = bodyUpTo(bodyBytesMax);
  app.use(onlyAskedAs(names));
  app.get('/', (c) => {
    const isForBrowser = c.req.header('accept')?.includes('text/html') ?? false;
    return isForBrowser ? c.html(indexPage(true)) : c.text(indexPage(false));
  });
  app.onError((error, c) => {
    if (!(error instanceof Unanswered)) throw error;
    return c.json({ message: error.message }, 503);
  });
  app.get('/livez', (c) => c.text('ok\n'));
  app.get('/readyz', async (c) => {
    const health = await ask('health', undefined);
    const httpStatus = health.ready ? 200 : 503;
    if (c.req.query('verbose') === undefined) return c.text(`${health.state}\n`, httpStatus);
    return c.req.header('accept')?.startsWith('text/')
      ? c.text(healthText(health), httpStatus)
      : c.json(health, httpStatus);
  });
  app.get('/config', async (c) => {
    const config = await ask('config', undefined);
    return config === undefined
      ? c.json({ message: 'The gateway was not configured by propylon.yaml or flags.' }, 404)
      : c.json(config);
  });
  app.get('/upstreams', async (c) => c.json(await ask('upstreams', undefined)));
  app.get('/log-level', (c) => tellLogLevel(c, ask));
  app.put('/log-level', change, bounded, (c) => changeLogLevel(c, ask));
  app.post('/drain', change, async (c) => c.json(await ask('drain', undefined)));
  // Whoever meets a key that it does not know asks again; the others need not.
  app.get('/jwks', async (c) => c.json(await ask('jwks', undefined), 200, { 'cache-control': 'max-age=60' }));
  app.get('/metrics', (c) => answerMetrics(c, ask));
  app.get('/routes', async (c) => c.json(await ask('routes', undefined)));
  app.route('/console', consolePages(ask, clients));
  app.post('/explain', orByConsole(writes), bodyUpTo(questionBytesMax), (c) => explainRequest(c, ask));
  app.post('/cache/purge', change, bounded, (c) => purgeCache(c, ask));
  app.post('/reload', change, async (c) => {
    const result = await ask('reload', undefined);
    return c.json(result, result.kind === 'refused' ? 422 : 200);
  });
  return app;
}
