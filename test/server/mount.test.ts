import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CatalogServiceClientImpl } from '../../gen/ts/shop/catalog/v1/catalog.js';
import { startDemoBackends } from '../../src/demo/index.js';
import { createGateway, type PropylonGateway } from '../../src/index.js';

const image = readFileSync(new URL('../../gen/image.binpb', import.meta.url));

describe('the gateway as a library', () => {
  let shop: Awaited<ReturnType<typeof startDemoBackends>>;
  let gateway: PropylonGateway;
  beforeAll(async () => {
    shop = await startDemoBackends();
    gateway = await createGateway({
      sources: [{ label: 'shop', load: async () => image }],
      backends: shop.backends,
    });
  });
  afterAll(async () => {
    await gateway?.close();
    await shop?.close();
  });

  it('answers by fetch', async () => {
    const response = await gateway.app.request('/v1/products/espresso-cup');
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ name: 'products/espresso-cup' });
  });

  it('is mounted under a prefix, beside routes of the app', async () => {
    const app = new Hono();
    app.get('/hello', (c) => c.text('hello'));
    app.route('/api', gateway.app);
    expect(await (await app.request('/hello')).text()).toBe('hello');
    expect(await (await app.request('/api/v1/products/espresso-cup')).json()).toMatchObject({
      name: 'products/espresso-cup',
    });
    const unknown = await app.request('/api/v1/nothing');
    expect([unknown.status, ((await unknown.json()) as { code: number }).code]).toEqual([404, 5]);
  });

  it('sees the target as it was sent when mounted on node-server', async () => {
    const app = new Hono().route('/api', gateway.app);
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/products/a%2Fb`);
    expect([response.status, ((await response.json()) as { code: number }).code]).toEqual([404, 5]);
    server.close();
  });

  it('streams by fetch', async () => {
    const response = await gateway.app.request('/v1/orders:watch?max_events=2', {
      headers: { accept: 'application/x-ndjson' },
    });
    expect((await response.text()).trim().split('\n')).toHaveLength(2);
  });

  it('lends its channels to typed clients', async () => {
    const catalog = new CatalogServiceClientImpl(gateway.rpc('shop.catalog.v1.CatalogService'));
    expect(await catalog.getProduct({ name: 'products/espresso-cup' })).toMatchObject({
      name: 'products/espresso-cup',
    });
    await expect(catalog.getProduct({ name: 'products/none' })).rejects.toMatchObject({ code: 5 });
  });
});
