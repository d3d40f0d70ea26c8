import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { type ClientsAddress, consolePages } from './console.js';
import { explainRequest } from './explain.js';
import { onlyFromHere } from './only-from-here.js';
import type { Ask } from './operation.js';
import { purgeCache } from './purge.js';

/** No purge needs more. */
const bodyBytesMax = 64 * 1024;

/** A request to be explained, its body in base64. */
const questionBytesMax = 8 * 1024 * 1024;

/** What an operator or a kubelet asks, on a listener of its own. What changes something is asked from this machine. */
export function createAdminApp(ask: Ask, clients: ClientsAddress): Hono {
  const app = new Hono();
  app.get('/livez', (c) => c.text('ok\n'));
  app.get('/readyz', async (c) => {
    const health = await ask('health', undefined);
    const httpStatus = health.ready ? 200 : 503;
    return c.req.query('verbose') === undefined
      ? c.text(`${health.state}\n`, httpStatus)
      : c.json(health, httpStatus);
  });
  // Whoever meets a key that it does not know asks again; the others need not.
  app.get('/jwks', async (c) => c.json(await ask('jwks', undefined), 200, { 'cache-control': 'max-age=60' }));
  app.get('/routes', async (c) => c.json(await ask('routes', undefined)));
  app.post('/cache/purge', onlyFromHere, bodyLimit({ maxSize: bodyBytesMax }), (c) => purgeCache(c, ask));
  app.route('/console', consolePages(ask, clients));
  app.post('/explain', onlyFromHere, bodyLimit({ maxSize: questionBytesMax }), (c) => explainRequest(c, ask));
  return app;
}
