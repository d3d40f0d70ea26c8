import { Hono } from 'hono';
import { CatalogServiceClientImpl, type Product } from '../../gen/ts/shop/catalog/v1/catalog.js';
import { type Availability, InventoryServiceClientImpl } from '../../gen/ts/shop/inventory/v1/inventory.js';
import { type Price, PricingServiceClientImpl } from '../../gen/ts/shop/pricing/v1/pricing.js';
import { Country } from '../../gen/ts/shop/type/v1/country.js';
import { type Clock, systemClock } from '../clock.js';
import { Code, codeName } from '../status/index.js';

/** What carries the calls of generated clients: any transport that implements ts-proto's interface. */
export type Rpc = ConstructorParameters<typeof CatalogServiceClientImpl>[0];

/** How long the page waits, and by which clock. */
export interface StorefrontOptions {
  /** Milliseconds that each part has; 800 by default. */
  readonly partTimeoutMs?: number;
  readonly clock?: Clock;
}

/** A part of the page: there, or why not. */
type Part<T> = { readonly value: T } | { readonly code: number };

const defaultPartTimeoutMs = 800;

/**
 * GET /storefront/:product?currency=EUR: a page out of three services, asked in parallel. A part that fails or is
 * late is left out and listed in `missing` with the name of its status: a shop that cannot tell a price still shows
 * the product. 404 when the catalog says that there is no such product, 503 when nothing at all could be had.
 */
export function storefrontRoutes(rpc: (service: string) => Rpc, options: StorefrontOptions = {}): Hono {
  const { partTimeoutMs = defaultPartTimeoutMs, clock = systemClock } = options;
  const catalog = new CatalogServiceClientImpl(rpc('shop.catalog.v1.CatalogService'));
  const pricing = new PricingServiceClientImpl(rpc('shop.pricing.v1.PricingService'));
  const inventory = new InventoryServiceClientImpl(rpc('shop.inventory.v1.InventoryService'));
  const part = <T>(call: (signal: AbortSignal) => Promise<T>) => inTime(call, partTimeoutMs, clock);

  return new Hono().get('/storefront/:product', async (c) => {
    const name = `products/${c.req.param('product')}`;
    const currency = c.req.query('currency') ?? 'EUR';
    if (!/^[A-Z]{3}$/.test(currency)) {
      return c.json(
        { code: Code.INVALID_ARGUMENT, message: 'currency: write three letters, such as EUR' },
        400,
      );
    }
    const [product, price, stock] = await Promise.all([
      part((signal) => catalog.getProduct({ name }, signal)),
      part((signal) => pricing.getPrice({ name: `${name}/prices/${currency}` }, signal)),
      part((signal) =>
        inventory.getAvailability({ product: name, country: Country.COUNTRY_UNSPECIFIED }, signal),
      ),
    ]);
    if ('code' in product && product.code === Code.NOT_FOUND) {
      return c.json({ code: Code.NOT_FOUND, message: `${name} does not exist` }, 404);
    }
    const parts = Object.entries({ product, price, stock });
    const missing = parts.flatMap(([key, each]) =>
      'code' in each ? [{ part: key, reason: codeName(each.code) }] : [],
    );
    return c.json(
      {
        ...('value' in product ? { product: productView(product.value) } : {}),
        ...('value' in price ? { price: priceView(price.value) } : {}),
        ...('value' in stock ? { stock: stockView(stock.value) } : {}),
        missing,
      },
      missing.length < parts.length ? 200 : 503,
    );
  });
}

/** Never rejects; a call that does not heed its signal is left behind all the same. */
async function inTime<T>(
  call: (signal: AbortSignal) => Promise<T>,
  timeoutMs: number,
  clock: Clock,
): Promise<Part<T>> {
  const late = new AbortController();
  return new Promise((resolve) => {
    const cancel = clock.after(timeoutMs, () => {
      resolve({ code: Code.DEADLINE_EXCEEDED });
      late.abort();
    });
    call(late.signal)
      .then(
        (value): Part<T> => ({ value }),
        (error: unknown): Part<T> => ({ code: codeOf(error) }),
      )
      .then((part) => {
        cancel();
        resolve(part);
      });
  });
}

/** Clients reject with an Error that has the number of the status. */
function codeOf(error: unknown): number {
  return error instanceof Error && 'code' in error && typeof error.code === 'number'
    ? error.code
    : Code.UNKNOWN;
}

function productView({ name, title, localizedTitles, description, tags, rating }: Product) {
  return { name, title, localizedTitles, description, tags, rating: rating ?? null };
}

/** "12.5 EUR" as a number would lose cents one day; units stay a string, as in ProtoJSON. */
function priceView({ amount }: Price) {
  return {
    currencyCode: amount?.currencyCode ?? '',
    units: String(amount?.units ?? 0n),
    nanos: amount?.nanos ?? 0,
  };
}

function stockView({ available, byWarehouse }: Availability) {
  const pieces = Object.entries(byWarehouse).map(([warehouse, free]) => [warehouse, String(free)]);
  return { available: String(available), byWarehouse: Object.fromEntries(pieces) as Record<string, string> };
}
