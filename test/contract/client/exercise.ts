import type { ClientOptions } from '../../../gen/client/runtime.js';
import { createCatalogServiceClient } from '../../../gen/client/shop.catalog.v1.client.js';
import { createInventoryServiceClient } from '../../../gen/client/shop.inventory.v1.client.js';
import { createOrderServiceClient } from '../../../gen/client/shop.orders.v1.client.js';
import {
  createPricingServiceClient,
  type NegotiatePriceResponse,
  StatusError,
} from '../../../gen/client/shop.pricing.v1.client.js';

/** What came of each function: in Node and in a browser the same. */
export type Results = Record<string, unknown>;

const svg = '<svg xmlns="http://www.w3.org/2000/svg"/>';

async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of stream) found.push(one);
  return found;
}

async function errorOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
    return undefined;
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return { code: error.code, httpStatus: error.httpStatus, message: error.message, reason: error.reason };
  }
}

/** Notes which of its functions are called. */
function watched<T extends object>(client: T, called: Set<string>, missing: Set<string>): T {
  for (const name of Object.keys(client)) missing.add(name);
  return new Proxy(client, {
    get(target, name, receiver) {
      called.add(String(name));
      return Reflect.get(target, name, receiver);
    },
  });
}

/** Calls every function of every service of the demo shop. */
export async function exercise(options: ClientOptions): Promise<Results> {
  const called = new Set<string>();
  const functions = new Set<string>();
  const clerk: ClientOptions = { ...options, headers: async () => ({ 'x-api-key': 'demo-clerk' }) };
  const catalog = watched(createCatalogServiceClient(clerk), called, functions);
  const inventory = watched(createInventoryServiceClient(options), called, functions);
  const orders = watched(createOrderServiceClient(options), called, functions);
  const pricing = watched(createPricingServiceClient(options), called, functions);
  const name = 'products/espresso-cup';

  const results: Results = {};
  const list = await catalog.listProducts({
    pageSize: 2,
    tags: ['coffee'],
    price: { min: { currencyCode: 'EUR', units: '1' } },
  });
  results['listProducts'] = list.products?.map((product) => product.name);
  results['listAllProducts'] = (await all(catalog.listAllProducts({ pageSize: 3 }))).length;
  results['listProducts2'] = (await catalog.listProducts2({ brand: 'brands/umibozu' })).products?.length;
  results['listAllProducts2'] = (
    await all(catalog.listAllProducts2({ brand: 'brands/umibozu', pageSize: 1 }))
  ).length;
  results['maps in a query'] = (await catalog.listProducts({ labels: { none: 'such' } })).products ?? 'none';
  results['getProduct'] = (await catalog.getProduct({ name })).listPrice?.units;
  results['batchGetProducts'] = (
    await catalog.batchGetProducts({ names: [name, 'products/moka-pot'] })
  ).products?.length;
  results['batchGetProducts2'] = (await catalog.batchGetProducts2({ names: [name] })).products?.length;
  const { ean = '', itemNumber = '' } = await catalog.getProduct({ name });
  results['lookupProduct'] = (await catalog.lookupProduct({ ean })).name;
  results['lookupProduct2'] = (await catalog.lookupProduct2({ ean })).name;
  results['lookupProduct3'] = (await catalog.lookupProduct3({ itemNumber })).name;
  const product = { title: 'Tea tin', brand: 'brands/umibozu' };
  results['createProduct'] = (await catalog.createProduct({ productId: 'tea-tin', product })).name;
  const change = { name: 'products/tea-tin', title: 'Große Teedose' };
  results['updateProduct'] = (await catalog.updateProduct({ product: change })).title;
  results['deleteProduct'] = await catalog.deleteProduct({ name: 'products/tea-tin' });
  const mugs = [
    { name: 'products/mug', title: 'Mug' },
    { name: 'products/mug', title: 'The same again' },
  ];
  const imported = await catalog.importProducts({}, mugs);
  results['importProducts'] = [imported.importedCount, imported.failures?.length];
  const picture = new Blob([svg], { type: 'image/svg+xml' });
  results['uploadProductImage'] = (
    await catalog.uploadProductImage({ name: `${name}/image` }, picture)
  ).sizeBytes;
  const typed = { headers: { 'content-type': 'image/svg+xml' } };
  results['uploadProductImage2'] = (
    await catalog.uploadProductImage2({ name: `${name}/image` }, svg, typed)
  ).sizeBytes;
  const downloaded = await catalog.downloadProductImage({ name: `${name}/image` });
  results['downloadProductImage'] = [downloaded.headers.get('content-type'), await downloaded.text()];
  results['listBrands'] = (await catalog.listBrands()).length > 1;

  results['listWarehouses'] = (await inventory.listWarehouses({ pageSize: 1 })).warehouses?.length;
  results['listAllWarehouses'] = (await all(inventory.listAllWarehouses({ pageSize: 1 }))).length > 2;
  results['getWarehouse'] = (await inventory.getWarehouse({ name: 'warehouses/lodz' })).displayName;
  results['listStock'] = (await inventory.listStock({ parent: 'warehouses/-', pageSize: 2 })).stock?.length;
  results['listAllStock'] = (await all(inventory.listAllStock({ parent: 'warehouses/lodz' }))).length > 2;
  const stock = 'warehouses/lodz/stock/espresso-cup';
  results['getStock'] = (await inventory.getStock({ name: stock })).product;
  results['updateStock'] = (await inventory.updateStock({ stock: { name: stock, shelf: 'Z-9' } })).shelf;
  results['adjustStock'] = await errorOf(
    inventory.adjustStock({ name: stock, delta: '-100000', reason: 'ADJUSTMENT_REASON_COUNT' }),
  );
  const wanted = { product: name, quantity: '1' };
  results['reserveStock'] = (await inventory.reserveStock({ warehouse: 'warehouses/lodz', ...wanted })).stock;
  results['reserveStock2'] = (await inventory.reserveStock2(wanted)).quantity;
  results['getAvailability'] = (await inventory.getAvailability({ product: name })).product;

  results['listOrders'] = (await orders.listOrders({ pageSize: 1 })).orders?.length;
  results['listAllOrders'] = (await all(orders.listAllOrders({ pageSize: 2 }))).length > 2;
  const { customer = '' } = await orders.getOrder({ name: 'orders/1001' });
  results['listOrders2'] = (await orders.listOrders2({ customer })).orders?.[0]?.customer === customer;
  results['listAllOrders2'] = (await all(orders.listAllOrders2({ customer }))).length > 0;
  results['getOrder'] = (await orders.getOrder({ name: 'orders/1001' })).state;
  const order = { customer, lines: [{ product: name, quantity: 2 }] };
  const made = await orders.createOrder({ order });
  results['createOrder'] = made.state;
  results['updateOrder'] = (
    await orders.updateOrder({ order: { name: made.name ?? '', note: 'ring twice' } })
  ).note;
  results['cancelOrder'] = (await orders.cancelOrder({ name: 'orders/1001', reason: 'enough' })).state;
  results['cancelOrder, again'] = await errorOf(orders.cancelOrder({ name: 'orders/1001' }));
  results['watchOrders'] = (await all(orders.watchOrders({ maxEvents: 2 }))).map(({ sequence }) => sequence);
  results['watchOrders2'] = (await all(orders.watchOrders2({ order: 'orders/1001', maxEvents: 1 }))).length;
  results['exportOrders'] = (await (await orders.exportOrders()).text()).length > 100;

  results['listPrices'] = (await pricing.listPrices({ parent: name, pageSize: 1 })).prices?.length;
  results['listAllPrices'] = (await all(pricing.listAllPrices({ parent: name, pageSize: 1 }))).length > 2;
  const price = `${name}/prices/EUR`;
  results['getPrice'] = (await pricing.getPrice({ name: price })).name;
  results['updatePrice'] = (await pricing.updatePrice({ price: { name: price, quoteTtl: '60s' } })).quoteTtl;
  const lines = [{ product: name, quantity: 2 }];
  results['quoteBasket'] = (await pricing.quoteBasket({ lines, currencyCode: 'EUR' })).total?.currencyCode;
  results['getExchangeRates'] = (await pricing.getExchangeRates({ baseCurrency: 'EUR' }))['EUR'];
  results['watchPrices'] = (await all(pricing.watchPrices({ maxTicks: 3, interval: '0.1s' }))).length;
  const offer = (units: string, nanos = 0) => ({ offer: { currencyCode: 'EUR', units, nanos } });
  const heard: NegotiatePriceResponse[] = await all(
    pricing.negotiatePrice({}, [{ product: name, ...offer('9') }, offer('12', 400_000_000)]),
  );
  results['negotiatePrice'] = heard.map(({ remark }) => remark);
  results['negotiatePrice, in vain'] = await errorOf(
    all(pricing.negotiatePrice({}, [{ product: 'products/none', ...offer('9') }])),
  );

  results['an error'] = await errorOf(catalog.getProduct({ name: 'products/none' }));
  results['a rule that is broken'] = await errorOf(orders.listOrders({ pageSize: 1_000 }));
  results['a deadline'] = await errorOf(all(pricing.watchPrices({ interval: '10s' }, { timeoutMs: 300 })));
  results['not called'] = [...functions].filter((one) => !called.has(one));
  return results;
}
