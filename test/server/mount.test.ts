import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
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

  it('leaves to later handlers what no binding has', async () => {
    const app = new Hono().route('/', gateway.app);
    app.get('/v1/later', (c) => c.text('later'));
    expect(await (await app.request('/v1/later')).text()).toBe('later');
  });

  describe('mounted on node-server', () => {
    let server: ReturnType<typeof serve>;
    let port: number;
    beforeAll(async () => {
      const app = new Hono().route('/api', gateway.app).route('/t/:tenant', gateway.app);
      server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
      await once(server, 'listening');
      port = (server.address() as AddressInfo).port;
    });
    afterAll(() => void server?.close());

    const path = '/v1/products/espresso-cup';
    it.each([
      ['the prefix is taken off', `GET /api${path}`, '', 200],
      ['a prefix may be encoded', `GET /%61pi${path}`, '', 200],
      ['a prefix may have parameters', `GET /t/shop${path}`, '', 200],
      ['a target may be a whole URI', `GET http://x/api${path}`, '', 200],
      ['an encoded slash stays part of the id', 'GET /api/v1/products/a%2Fb', '', 404],
      ['encoded dots are refused, not resolved', 'GET /api/v1/products/%2e%2e', '', 400],
      ['dots before the prefix are refused, not resolved', `GET /x/../api${path}`, '', 400],
      ['a backslash is refused, not read as a slash', 'GET /api/v1\\products/espresso-cup', '', 400],
      ['two authorizations are not one', `GET /api${path}`, 'authorization: a\r\nauthorization: b\r\n', 400],
      ['the body of a GET is seen', `GET /api${path}`, 'content-length: 2\r\n\r\n{}', 400],
    ])('%s: %s', async (_, line, fields, httpStatus) => {
      const socket = connect(port, '127.0.0.1');
      let text = '';
      socket.on('data', (chunk) => {
        text += String(chunk);
      });
      socket.write(`${line} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${fields}\r\n`);
      await once(socket, 'close');
      expect(Number(text.slice(9, 12)), text).toBe(httpStatus);
    });
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
