import type { ImportProductsResponse_Failure } from '../../gen/ts/shop/catalog/v1/catalog.js';
import {
  type CatalogServiceServer,
  CatalogServiceService,
  Product,
} from '../../gen/ts/shop/catalog/v1/catalog.js';
import { resourceTypes, type ShopContext } from './context.js';
import { applyUpdate } from './field-mask.js';
import { clientStream, unary } from './handler.js';
import { listProducts } from './list-products.js';
import { etagMismatch, invalid, notFound, Problem, statusOf } from './problem.js';
import { createProductImages } from './product-images.js';
import { createProductStore } from './product-store.js';
import { resourceType } from './resource-type.js';
import { seedBrands, seedProducts } from './seed-catalog.js';

/** What no update changes: the identifier, and what the shop alone writes. */
const fixed: ReadonlySet<string> = new Set(['name', 'item_number', 'etag', 'create_time', 'update_time']);
const mostInBatch = 100;
/** A failure each is remembered, so that a long bad import does not fill the memory. */
const mostFailures = 1000;

/** The definition of CatalogService, for servers. */
export const catalogDefinition = CatalogServiceService;

/** CatalogService on seeded products in memory. */
export function catalogService({ registry, today }: ShopContext): CatalogServiceServer {
  const type = resourceType(registry, 'shop.catalog.v1.Product', Product);
  const store = createProductStore(seedProducts(), today);
  const images = createProductImages(store, today);
  const brands = seedBrands();

  return {
    listProducts: unary((request) => listProducts(type, store.all(), request)),
    getProduct: unary(({ name }) => store.get(name)),
    batchGetProducts: unary(({ names }) => {
      if (names.length === 0) throw invalid('names', 'must not be empty');
      if (names.length > mostInBatch) throw invalid('names', `must be at most ${mostInBatch}`);
      return { products: names.map((name) => store.get(name)) };
    }),
    lookupProduct: unary(({ number }) => {
      if (number === undefined) throw invalid('number', 'ean or item_number must be given');
      const found = store
        .all()
        .find((product) =>
          number.$case === 'ean' ? product.ean === number.ean : product.itemNumber === number.itemNumber,
        );
      if (found !== undefined) return found;
      throw notFound(
        resourceTypes.product,
        number.$case === 'ean' ? `EAN ${number.ean}` : `item ${number.itemNumber}`,
      );
    }),
    createProduct: unary(({ product, productId, validateOnly }) => {
      if (product === undefined) throw invalid('product', 'must be given');
      const id = productId === '' ? slug(product.title) : productId;
      return store.add({ ...product, name: `products/${id}` }, validateOnly);
    }),
    updateProduct: unary(({ product: patch, updateMask, allowMissing }) => {
      if (patch === undefined) throw invalid('product', 'must be given');
      if (allowMissing && !store.has(patch.name)) return store.add(patch, false);
      const current = store.get(patch.name);
      if (patch.etag !== '' && patch.etag !== current.etag) throw etagMismatch(patch.name);
      return store.replace(applyUpdate(type, current, patch, updateMask, fixed));
    }),
    deleteProduct: unary(({ name, etag }) => {
      store.remove(name, etag);
      images.remove(name);
      return {};
    }),
    importProducts: clientStream(async (requests) => {
      const failures: ImportProductsResponse_Failure[] = [];
      let importedCount = 0n;
      let index = 0n;
      let dryRun = false;
      for await (const { product, validateOnly } of requests) {
        if (index === 0n) dryRun = validateOnly;
        try {
          if (product === undefined) throw invalid('product', 'must be given');
          store.add(product, dryRun);
          importedCount++;
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
          if (failures.length < mostFailures) failures.push({ index, status: statusOf(error) });
        }
        index++;
      }
      return { importedCount, failures };
    }),
    uploadProductImage: unary(({ name, image }) => images.put(name, image)),
    downloadProductImage: unary(({ name }) => images.get(name)),
    listBrands: unary(({ countries }) => ({
      brands: brands.filter(({ country }) => countries.length === 0 || countries.includes(country)),
    })),
  };
}

/** "Tasse à espresso" → "tasse-a-espresso"; what has no Latin letters comes out empty, and is then refused. */
function slug(title: string): string {
  return title
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 63)
    .replace(/-$/, '');
}
