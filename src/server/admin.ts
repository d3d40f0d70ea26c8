import { Hono } from 'hono';
import type { Gateway } from '../gateway/index.js';
import { summarize } from '../surface/index.js';

/** What an operator or a kubelet asks, on a listener of its own. Reads only. */
export function createAdminApp(core: Gateway, isReady: () => boolean): Hono {
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
  app.get('/routes', (c) => c.json(summarize(core.surface)));
  return app;
}
