// A peer of the gateway bench: Hono, grpc-js and proto-loader, as one would write a gateway by hand.
//   node hono-gateway.mjs BACKEND OTHER-ROUTES IMPORT-ROOT…
import { createServer } from 'node:http';
import { credentials, loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { stream } from 'hono/streaming';

const [backend, others, ...includeDirs] = process.argv.slice(2);
const definition = loadSync('bench.proto', { includeDirs, longs: String, enums: String });
const { Shop } = loadPackageDefinition(definition).bench.shop.v1;
const shop = new Shop(backend, credentials.createInsecure(), {
  'grpc.max_receive_message_length': 16 << 20,
});

const httpStatus = { 3: 400, 5: 404, 7: 403, 8: 429, 14: 503, 16: 401 };

const call = (method, request) =>
  new Promise((resolve, reject) => {
    shop[method](request, (error, response) => (error ? reject(error) : resolve(response)));
  });

const toTime = ({ seconds, nanos = 0 }) => new Date(Number(seconds) * 1000 + nanos / 1e6).toISOString();
const fromTime = (text) => ({
  seconds: String(Math.floor(Date.parse(text) / 1000)),
  nanos: (Date.parse(text) % 1000) * 1e6,
});
const productJson = (product) =>
  product.createTime ? { ...product, createTime: toTime(product.createTime) } : product;
const listJson = ({ products, ...rest }) => ({ products: products.map(productJson), ...rest });
const listRequest = (c) => ({
  pageSize: Number(c.req.query('page_size') ?? 0),
  filter: c.req.query('filter'),
  orderBy: c.req.query('order_by'),
  showArchived: c.req.query('show_archived') === 'true',
});

const app = new Hono();
const getProduct = async (c) =>
  c.json(productJson(await call('getProduct', { name: `products/${c.req.param('id')}` })));

app.get('/v1/products', async (c) => c.json(listJson(await call('listProducts', listRequest(c)))));
app.get('/v1/products:export', async (c) => c.json(listJson(await call('exportProducts', listRequest(c)))));
app.post('/v1/products', async (c) => {
  const { createTime, ...product } = await c.req.json();
  const request = { product: createTime ? { ...product, createTime: fromTime(createTime) } : product };
  return c.json(productJson(await call('createProduct', request)));
});
for (let n = 0; n < Number(others) / 2; n++) app.get(`/v1/things${n}/:id`, getProduct);
app.get('/v1/products/:id', getProduct);
for (let n = Math.ceil(Number(others) / 2); n < Number(others); n++)
  app.get(`/v1/things${n}/:id`, getProduct);
app.get('/v1/orders/:id', async (c) =>
  c.json(await call('getOrder', { name: `orders/${c.req.param('id')}` })),
);
app.get('/v1/prices:watch', (c) => {
  c.header('content-type', 'application/x-ndjson');
  return stream(c, async (body) => {
    for await (const tick of shop.watchPrices({ count: Number(c.req.query('count') ?? 0) }))
      await body.write(`${JSON.stringify(tick)}\n`);
  });
});
app.onError((error, c) =>
  c.json({ code: error.code ?? 2, message: error.details ?? error.message }, httpStatus[error.code] ?? 500),
);

const server = createServer(getRequestListener(app.fetch));
server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`));
