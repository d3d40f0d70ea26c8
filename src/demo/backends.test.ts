import { status as codes, credentials, type Metadata, type ServiceError } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BadRequest,
  ErrorInfo,
  PreconditionFailure,
  ResourceInfo,
} from '../../gen/ts/google/rpc/error_details.js';
import { Status } from '../../gen/ts/google/rpc/status.js';
import {
  BatchGetProductsRequest,
  CatalogServiceClient,
  Category,
  CreateProductRequest,
  ImportProductsRequest,
  type ImportProductsResponse,
  ListProductsRequest,
  LookupProductRequest,
  type Product,
  UpdateProductRequest,
  UploadProductImageRequest,
} from '../../gen/ts/shop/catalog/v1/catalog.js';
import {
  AdjustmentReason,
  InventoryServiceClient,
  ListStockRequest,
  ListWarehousesRequest,
  ReserveStockRequest,
} from '../../gen/ts/shop/inventory/v1/inventory.js';
import {
  ExportOrdersRequest,
  ListOrdersRequest,
  OrderServiceClient,
  UpdateOrderRequest,
  WatchOrdersRequest,
} from '../../gen/ts/shop/orders/v1/orders.js';
import {
  NegotiatePriceRequest,
  type NegotiatePriceResponse,
  PricingServiceClient,
  QuoteBasketRequest,
  WatchPricesRequest,
} from '../../gen/ts/shop/pricing/v1/pricing.js';
import { Country } from '../../gen/ts/shop/type/v1/country.js';
import { type DemoBackends, startDemoBackends } from './backends.js';
import { money } from './money.js';

let shop: DemoBackends;
let catalog: CatalogServiceClient;
let pricing: PricingServiceClient;
let inventory: InventoryServiceClient;
let orders: OrderServiceClient;

beforeAll(async () => {
  shop = await startDemoBackends({ today: () => new Date('2026-06-01T00:00:00Z') });
  const target = (service: string) =>
    shop.backends.find(({ selector }) => selector.endsWith(`.${service}`))?.target ?? '';
  const insecure = credentials.createInsecure();
  catalog = new CatalogServiceClient(target('CatalogService'), insecure);
  pricing = new PricingServiceClient(target('PricingService'), insecure);
  inventory = new InventoryServiceClient(target('InventoryService'), insecure);
  orders = new OrderServiceClient(target('OrderService'), insecure);
});
afterAll(async () => {
  for (const client of [catalog, pricing, inventory, orders]) client.close();
  await shop.close();
});

type Callback<A> = (error: ServiceError | null, reply: A) => void;

/** The answer of a unary or client-streaming call, or the error as a rejection. */
const call = <A>(start: (callback: Callback<A>) => unknown): Promise<A> =>
  new Promise((resolve, reject) => {
    start((error, reply) => (error === null ? resolve(reply) : reject(error)));
  });

async function all<A>(stream: AsyncIterable<A>): Promise<A[]> {
  const items: A[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

const decoders = {
  'google.rpc.BadRequest': BadRequest,
  'google.rpc.ErrorInfo': ErrorInfo,
  'google.rpc.PreconditionFailure': PreconditionFailure,
  'google.rpc.ResourceInfo': ResourceInfo,
};

/** Code and details of the error in which a call ends. */
async function failure(reply: Promise<unknown>): Promise<{ code: number; details: Record<string, unknown> }> {
  const error = await reply.then(
    () => expect.fail('the call was answered'),
    (reason: { code: number; metadata: Metadata }) => reason,
  );
  const [trailer] = error.metadata.get('grpc-status-details-bin');
  const { details, code } = Status.decode(trailer as Buffer);
  expect(code).toBe(error.code);
  return {
    code,
    details: Object.fromEntries(
      details.map(({ typeUrl, value }) => {
        const name = typeUrl.replace('type.googleapis.com/', '') as keyof typeof decoders;
        return [name, decoders[name].decode(value)];
      }),
    ),
  };
}

const ids = (products: readonly Product[]): string[] =>
  products.map(({ name }) => name.replace('products/', ''));
const list = (request: Parameters<typeof ListProductsRequest.fromPartial>[0]) =>
  call<{ products: Product[]; nextPageToken: string; totalSize: number }>((done) =>
    catalog.listProducts(ListProductsRequest.fromPartial(request), done),
  );
const get = (name: string): Promise<Product> => call((done) => catalog.getProduct({ name }, done));

describe('ListProducts', () => {
  it.each<[string, Parameters<typeof ListProductsRequest.fromPartial>[0], string[]]>([
    ['brand', { brand: 'brands/zlota-nic' }, ['linen-apron', 'wool-scarf']],
    [
      'repeated enum',
      { categories: [Category.CATEGORY_BOOKS, Category.CATEGORY_DRINKS] },
      ['sencha-100g', 'acai-powder', 'coffee-atlas'],
    ],
    ['repeated string, all of them', { tags: ['tea', 'steel'] }, ['pour-over-kettle']],
    [
      'nested message',
      { price: { min: money('EUR', 60_000_000_000n) } },
      ['pour-over-kettle', 'fountain-pen'],
    ],
    ['map', { labels: { season: 'winter' } }, ['wool-scarf']],
    ['Timestamp', { createdAfter: new Date('2026-03-23T00:00:00Z') }, ['wool-scarf']],
    ['Duration', { maxLeadTime: { seconds: 5n * 86_400n, nanos: 0 } }, ['espresso-cup', 'coffee-atlas']],
    ['wrapper, false and present', { rated: false }, ['acai-powder', 'field-notebook']],
    [
      'bool',
      { showInactive: true, tags: ['coffee', 'steel'] },
      ['moka-pot', 'pour-over-kettle', 'hand-grinder'],
    ],
    ['int64 past 2^53', { afterItemNumber: 9_007_199_254_741_003n }, ['wool-scarf']],
    ['enum', { shipsTo: Country.COUNTRY_JP, categories: [Category.CATEGORY_DRINKS] }, ['sencha-100g']],
    ['filter', { filter: 'title : "CUP" AND list_price < 20' }, ['espresso-cup']],
    [
      'filter on an enum and a Timestamp',
      { filter: 'category = CATEGORY_DRINKS AND create_time < 2026-02-03T00:00:00Z' },
      ['sencha-100g'],
    ],
    [
      'order_by',
      { categories: [Category.CATEGORY_STATIONERY], orderBy: 'list_price desc' },
      ['fountain-pen', 'field-notebook', 'indigo-ink'],
    ],
  ])('takes conditions: %s', async (_, request, expected) => {
    expect(ids((await list(request)).products)).toEqual(expected);
  });

  it('pages through everything once, with opaque tokens', async () => {
    const seen: string[] = [];
    let pageToken = '';
    do {
      const page = await list({ pageSize: 5, orderBy: 'title', pageToken });
      expect(page.totalSize).toBe(12);
      seen.push(...ids(page.products));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(seen.length).toBe(12);
    expect(new Set(seen).size).toBe(12);
  });

  it('returns only what the read mask names', async () => {
    const [product] = (await list({ pageSize: 1, readMask: ['title', 'list_price.units'] })).products;
    expect(product).toMatchObject({
      name: '',
      title: 'Espresso cup',
      listPrice: { currencyCode: '', units: 12n, nanos: 0 },
    });
  });

  it.each<[string, Parameters<typeof ListProductsRequest.fromPartial>[0]]>([
    ['page_size', { pageSize: -1 }],
    ['page_token', { pageToken: 'AAAA' }],
    ['filter', { filter: 'colour = red' }],
    ['filter', { filter: 'title = "a" OR title = "b"' }],
    ['order_by', { orderBy: 'tags' }],
    ['read_mask', { readMask: ['colour'] }],
  ])('refuses a bad %s and names it', async (field, request) => {
    const { code, details } = await failure(list(request));
    expect(code).toBe(codes.INVALID_ARGUMENT);
    expect(details['google.rpc.BadRequest']).toMatchObject({ fieldViolations: [{ field }] });
  });

  it('refuses a token with other conditions than those it was given for', async () => {
    const { nextPageToken } = await list({ pageSize: 2 });
    expect((await failure(list({ pageSize: 2, pageToken: nextPageToken, tags: ['tea'] }))).code).toBe(
      codes.INVALID_ARGUMENT,
    );
  });
});

describe('the catalog', () => {
  it('names what does not exist', async () => {
    const { code, details } = await failure(get('products/no-such'));
    expect(code).toBe(codes.NOT_FOUND);
    expect(details).toMatchObject({
      'google.rpc.ErrorInfo': { reason: 'RESOURCE_NOT_FOUND', domain: 'shop.example.com' },
      'google.rpc.ResourceInfo': {
        resourceType: 'shop.example.com/Product',
        resourceName: 'products/no-such',
      },
    });
  });

  it('answers a batch in the order asked, and looks up by either number', async () => {
    const names = ['products/wool-scarf', 'products/moka-pot'];
    const { products } = await call<{ products: Product[] }>((done) =>
      catalog.batchGetProducts(BatchGetProductsRequest.fromPartial({ names }), done),
    );
    expect(products.map(({ name }) => name)).toEqual(names);
    const [scarf] = products;
    for (const number of [
      { $case: 'ean' as const, ean: scarf?.ean ?? '' },
      { $case: 'itemNumber' as const, itemNumber: scarf?.itemNumber ?? 0n },
    ]) {
      const found = await call<Product>((done) =>
        catalog.lookupProduct(LookupProductRequest.fromPartial({ number }), done),
      );
      expect(found.name).toBe('products/wool-scarf');
    }
  });

  it('creates, changes what the mask names, and removes', async () => {
    const product = {
      title: 'Cafetière à piston',
      listPrice: money('EUR', 25_500_000_000n),
      tags: ['coffee'],
    };
    const create = (validateOnly: boolean) =>
      call<Product>((done) =>
        catalog.createProduct(CreateProductRequest.fromPartial({ product, validateOnly }), done),
      );
    expect((await create(true)).name).toBe('products/cafetiere-a-piston');
    const { name, etag } = await create(false);
    expect((await failure(create(false))).code).toBe(codes.ALREADY_EXISTS);
    const update = (patch: Parameters<typeof UpdateProductRequest.fromPartial>[0]) =>
      call<Product>((done) => catalog.updateProduct(UpdateProductRequest.fromPartial(patch), done));
    const changed = await update({
      product: {
        name,
        title: 'not in the mask',
        listPrice: { units: 30n },
        delivery: { $case: 'shipping', shipping: { weightGrams: 900 } },
      },
      updateMask: ['list_price.units', 'shipping.weight_grams', 'tags', 'item_number'],
    });
    expect(changed).toMatchObject({
      title: 'Cafetière à piston',
      listPrice: { currencyCode: 'EUR', units: 30n, nanos: 500_000_000 },
      delivery: { shipping: { weightGrams: 900 } },
      tags: [],
    });
    expect(changed.itemNumber).toBeGreaterThan(0n);
    expect((await failure(update({ product: { name, title: 'x', etag } }))).code).toBe(codes.ABORTED);
    expect((await failure(update({ product: { name }, updateMask: ['title'] }))).code).toBe(
      codes.INVALID_ARGUMENT,
    );
    await call((done) => catalog.deleteProduct({ name, etag: changed.etag }, done));
    expect((await failure(get(name))).code).toBe(codes.NOT_FOUND);
  });

  it('imports a stream and tells which messages it refused', async () => {
    const reply = await call<ImportProductsResponse>((done) => {
      const stream = catalog.importProducts(done);
      for (const [id, title] of [
        ['tin-1', '缶'],
        ['tin-2', ''],
        ['espresso-cup', 'x'],
      ] as const) {
        stream.write(ImportProductsRequest.fromPartial({ product: { name: `products/${id}`, title } }));
      }
      stream.end();
    });
    expect(reply.importedCount).toBe(1n);
    expect(reply.failures.map(({ index, status }) => [index, status?.code])).toEqual([
      [1n, codes.INVALID_ARGUMENT],
      [2n, codes.ALREADY_EXISTS],
    ]);
    expect((await get('products/tin-1')).title).toBe('缶');
  });

  it('gives a picture back as it was stored', async () => {
    const name = 'products/moka-pot/image';
    const data = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 255]);
    const upload = (contentType: string) =>
      call<{ sizeBytes: bigint }>((done) =>
        catalog.uploadProductImage(
          UploadProductImageRequest.fromPartial({ name, image: { contentType, data } }),
          done,
        ),
      );
    expect((await upload('image/png')).sizeBytes).toBe(6n);
    const image = await call<{ contentType: string; data: Buffer }>((done) =>
      catalog.downloadProductImage({ name }, done),
    );
    expect(image).toMatchObject({ contentType: 'image/png', data });
    expect((await failure(upload('text/html'))).code).toBe(codes.INVALID_ARGUMENT);
  });
});

describe('pricing', () => {
  const quote = (request: Parameters<typeof QuoteBasketRequest.fromPartial>[0]) =>
    call<{ total: unknown; tax: unknown; discount: unknown }>((done) =>
      pricing.quoteBasket(QuoteBasketRequest.fromPartial(request), done),
    );

  it('adds up in the minor units of the currency', async () => {
    const lines = [{ product: 'products/espresso-cup', quantity: 10 }];
    // 12.50 EUR × 162.5 = 2031 JPY, 5 % off from ten pieces: 1929 each; then a tenth off, a tenth tax.
    expect(
      await quote({
        lines,
        currencyCode: 'JPY',
        country: Country.COUNTRY_JP,
        discount: { $case: 'percentOff', percentOff: 10 },
      }),
    ).toMatchObject({
      subtotal: money('JPY', 19_290_000_000_000n),
      discount: money('JPY', 1_929_000_000_000n),
      tax: money('JPY', 1_736_000_000_000n),
      total: money('JPY', 19_097_000_000_000n),
      expireTime: new Date('2026-06-01T00:15:00Z'),
    });
    const coupon = { $case: 'coupon' as const, coupon: 'EXPIRED' };
    const { code, details } = await failure(quote({ lines, currencyCode: 'EUR', discount: coupon }));
    expect(code).toBe(codes.FAILED_PRECONDITION);
    expect(details['google.rpc.PreconditionFailure']).toMatchObject({ violations: [{ subject: 'EXPIRED' }] });
  });

  it('ticks as often as asked, the same walk every time', async () => {
    const request = WatchPricesRequest.fromPartial({
      interval: { seconds: 0n, nanos: 1_000_000 },
      maxTicks: 3,
    });
    const [first, second] = [
      await all(pricing.watchPrices(request)),
      await all(pricing.watchPrices(request)),
    ];
    expect(first.map(({ sequence }) => sequence)).toEqual([1n, 2n, 3n]);
    expect(second).toEqual(first);
  });

  it('haggles until it accepts', async () => {
    const stream = pricing.negotiatePrice();
    const replies: NegotiatePriceResponse[] = [];
    stream.write(
      NegotiatePriceRequest.fromPartial({
        product: 'products/moka-pot',
        offer: money('EUR', 20_000_000_000n),
      }),
    );
    stream.write(NegotiatePriceRequest.fromPartial({ offer: money('EUR', 34_000_000_000n) }));
    for await (const reply of stream) replies.push(reply as NegotiatePriceResponse);
    expect(replies.map(({ reply }) => reply?.$case)).toEqual(['counterOffer', 'accepted']);
  });
});

describe('inventory', () => {
  it('finds warehouses around a point', async () => {
    const near = { center: { latitude: 52.52, longitude: 13.4 }, radiusKm: 300 };
    const { warehouses } = await call<{ warehouses: { name: string }[] }>((done) =>
      inventory.listWarehouses(ListWarehousesRequest.fromPartial({ near }), done),
    );
    expect(warehouses.map(({ name }) => name)).toEqual(['warehouses/hamburg']);
  });

  it('lists the stock of all warehouses by filter', async () => {
    const request = { parent: 'warehouses/-', filter: 'product = "products/espresso-cup" AND on_hand < 20' };
    const { stock } = await call<{ stock: { name: string; onHand: bigint }[] }>((done) =>
      inventory.listStock(ListStockRequest.fromPartial(request), done),
    );
    expect(stock.map(({ name, onHand }) => [name, onHand])).toEqual([
      ['warehouses/curitiba/stock/espresso-cup', 0n],
      ['warehouses/hamburg/stock/espresso-cup', 13n],
    ]);
  });

  it('holds pieces back, and does not let them go', async () => {
    const name = 'warehouses/osaka/stock/espresso-cup';
    const reserve = (quantity: bigint) =>
      call((done) =>
        inventory.reserveStock(
          ReserveStockRequest.fromPartial({
            warehouse: 'warehouses/osaka',
            product: 'products/espresso-cup',
            quantity,
          }),
          done,
        ),
      );
    const adjust = (delta: bigint) =>
      call((done) =>
        inventory.adjustStock({ name, delta, reason: AdjustmentReason.ADJUSTMENT_REASON_DAMAGE }, done),
      );
    await reserve(30n);
    expect(await adjust(-9n)).toMatchObject({ onHand: 30n, reserved: 30n });
    expect((await failure(adjust(-1n))).code).toBe(codes.FAILED_PRECONDITION);
    expect((await failure(reserve(1n))).code).toBe(codes.FAILED_PRECONDITION);
  });
});

describe('orders', () => {
  it('lists the latest first, of one customer', async () => {
    const request = { customer: 'customers/zofia' };
    const reply = await call<{ orders: { name: string }[] }>((done) =>
      orders.listOrders(ListOrdersRequest.fromPartial(request), done),
    );
    expect(reply.orders.map(({ name }) => name)).toEqual(['orders/1005', 'orders/1001']);
  });

  it('tells watchers what happens', async () => {
    const watching = all(
      orders.watchOrders(WatchOrdersRequest.fromPartial({ order: 'orders/1005', maxEvents: 3 })),
    );
    const patch = { order: { name: 'orders/1005', note: 'dzień dobry' }, updateMask: ['note'] };
    await call((done) => orders.updateOrder(UpdateOrderRequest.fromPartial(patch), done));
    await call((done) => orders.cancelOrder({ name: 'orders/1005', reason: 'zu kalt' }, done));
    expect((await watching).map(({ detail }) => detail?.typeUrl.split('.').at(-1))).toEqual([
      'OrderPlaced',
      'OrderChanged',
      'OrderCancelled',
    ]);
    const again = call((done) => orders.cancelOrder({ name: 'orders/1005', reason: '' }, done));
    expect((await failure(again)).details['google.rpc.PreconditionFailure']).toMatchObject({
      violations: [{ type: 'ORDER_CLOSED', subject: 'orders/1005' }],
    });
  });

  it('exports pieces of one file', async () => {
    const pieces = await all(orders.exportOrders(ExportOrdersRequest.fromPartial({})));
    expect(pieces[0]?.contentType).toBe('text/csv; charset=utf-8');
    expect(pieces[1]?.data.toString()).toBe(
      '"orders/1001","customers/zofia","STATE_PAID","84.90 EUR","2026-05-02T08:15:30.000Z"\r\n',
    );
  });
});
