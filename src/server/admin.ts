import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { GateResources } from '../gate/index.js';
import type { Gateway } from '../gateway/index.js';
import { summarize } from '../surface/index.js';
import { onlyFromHere } from './admin-writes.js';
import { purgeCache } from './cache-purge.js';

/** No purge needs more. */
const bodyBytesMax = 64 * 1024;

/** What an operator or a kubelet asks, on a listener of its own. What changes something is asked from this machine. */
export function createAdminApp(
  core: Gateway,
  isReady: () => boolean,
  { cache, identity }: GateResources,
): Hono {
  const app = new Hono();
  app.get('/livez', (c) => c.text('ok\n'));
  app.get('/readyz', (c) => {
    const ready = isReady();
    const text = ready ? 'ok' : 'shutting down';
    if (c.req.query('verbose') === undefined) return c.text(`${text}\n`, ready ? 200 : 503);
    const { surface, inFlight } = core;
    return c.json(
      {
        ready,
        state: text,
        generation: surface.generation,
        services: surface.serviceCount,
        methods: surface.methodCount,
        routes: surface.routes.length,
        inFlight,
      },
      ready ? 200 : 503,
    );
  });
  // Whoever meets a key that it does not know asks again; the others need not.
  app.get('/jwks', (c) =>
    c.json(identity.tokens?.jwks ?? { keys: [] }, 200, { 'cache-control': 'max-age=60' }),
  );
  app.get('/routes', (c) => c.json(summarize(core.surface)));
  app.post('/cache/purge', onlyFromHere, bodyLimit({ maxSize: bodyBytesMax }), (c) => purgeCache(c, cache));
  return app;
}
