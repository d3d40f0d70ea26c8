import { createHash } from 'node:crypto';
import { Product } from '../../gen/ts/shop/catalog/v1/catalog.js';
import { resourceTypes } from './context.js';
import { alreadyExists, etagMismatch, full, invalid, notFound } from './problem.js';

/** The demo lives in memory, and anybody may write to it. */
const mostProducts = 10_000;

/** The products, by name, each with an etag that tells its versions apart. */
export interface ProductStore {
  all(): Product[];
  /** Throws NOT_FOUND. */
  get(name: string): Product;
  has(name: string): boolean;
  /** Checks, completes and, unless `dryRun`, stores a new product. Throws ALREADY_EXISTS and INVALID_ARGUMENT. */
  add(product: Product, dryRun: boolean): Product;
  /** Throws INVALID_ARGUMENT. */
  replace(product: Product): Product;
  /** Throws NOT_FOUND, and ABORTED when `etag` is not empty and not that of the product. */
  remove(name: string, etag: string): void;
}

/** A store that holds `seed`. */
export function createProductStore(seed: readonly Product[], today: () => Date): ProductStore {
  const products = new Map(seed.map((product) => [product.name, withEtag(product)]));
  let lastItemNumber = 0n;
  for (const { itemNumber } of seed) if (itemNumber > lastItemNumber) lastItemNumber = itemNumber;

  const get = (name: string): Product => {
    const product = products.get(name);
    if (product === undefined) throw notFound(resourceTypes.product, name);
    return product;
  };
  return {
    all: () => [...products.values()],
    get,
    has: (name) => products.has(name),
    add(product, dryRun) {
      check(product);
      if (products.has(product.name)) throw alreadyExists(resourceTypes.product, product.name);
      if (products.size >= mostProducts) throw full('products', mostProducts);
      const now = today();
      const itemNumber = lastItemNumber + 1n;
      const added = withEtag({ ...product, itemNumber, createTime: now, updateTime: now });
      if (!dryRun) {
        lastItemNumber = itemNumber;
        products.set(added.name, added);
      }
      return added;
    },
    replace(product) {
      check(product);
      const changed = withEtag({ ...product, updateTime: today() });
      products.set(changed.name, changed);
      return changed;
    },
    remove(name, etag) {
      if (etag !== '' && etag !== get(name).etag) throw etagMismatch(name);
      get(name);
      products.delete(name);
    },
  };
}

function check(product: Product): void {
  if (!/^products\/[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(product.name)) {
    throw invalid('product.name', 'must be "products/" and 3 to 63 of a-z, 0-9 and "-"');
  }
  if (product.title.trim() === '') throw invalid('product.title', 'must not be empty');
  const { listPrice } = product;
  if (listPrice !== undefined) {
    if (!/^[A-Z]{3}$/.test(listPrice.currencyCode)) {
      throw invalid('product.list_price.currency_code', 'must be three letters of ISO 4217, such as EUR');
    }
    if (listPrice.units < 0n || listPrice.nanos < 0) {
      throw invalid('product.list_price', 'must not be negative');
    }
  }
  if (product.ean !== '' && !/^\d{13}$/.test(product.ean)) {
    throw invalid('product.ean', 'must have 13 digits');
  }
}

function withEtag(product: Product): Product {
  const content = Product.encode({ ...product, etag: '' }).finish();
  return { ...product, etag: createHash('sha256').update(content).digest('hex').slice(0, 16) };
}
