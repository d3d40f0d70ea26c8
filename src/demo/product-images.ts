import { createHash } from 'node:crypto';
import type { HttpBody } from '../../gen/ts/google/api/httpbody.js';
import type { ProductImage } from '../../gen/ts/shop/catalog/v1/catalog.js';
import { resourceTypes } from './context.js';
import { full, invalid, notFound } from './problem.js';
import type { ProductStore } from './product-store.js';
import { seedPicture } from './seed-catalog.js';

const mediaTypes: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/svg+xml', 'image/webp']);
const mostBytes = 1 << 20;
const mostImages = 200;

/** The pictures of products: uploaded ones, and a drawn one for a product without. */
export interface ProductImages {
  /** `name` is "products/…/image". Throws NOT_FOUND and INVALID_ARGUMENT. */
  put(name: string, image: HttpBody | undefined): ProductImage;
  /** Throws NOT_FOUND. */
  get(name: string): HttpBody;
  remove(productName: string): void;
}

/** Pictures of the products of `store`. */
export function createProductImages(store: ProductStore, today: () => Date): ProductImages {
  const images = new Map<string, HttpBody>();
  const productOf = (name: string) => {
    const product = name.replace(/\/image$/, '');
    if (product === name || !store.has(product)) throw notFound(resourceTypes.image, name);
    return store.get(product);
  };
  return {
    put(name, image) {
      productOf(name);
      const contentType = (image?.contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
      if (image === undefined || image.data.length === 0) throw invalid('image', 'must not be empty');
      if (!mediaTypes.has(contentType)) {
        throw invalid('image.content_type', `must be one of ${[...mediaTypes].join(', ')}`);
      }
      if (image.data.length > mostBytes) throw invalid('image.data', `must have at most ${mostBytes} bytes`);
      if (!images.has(name) && images.size >= mostImages) throw full('images', mostImages);
      images.set(name, { contentType, data: image.data, extensions: [] });
      return {
        name,
        contentType,
        sizeBytes: BigInt(image.data.length),
        sha256: createHash('sha256').update(image.data).digest(),
        updateTime: today(),
      };
    },
    get(name) {
      const { title } = productOf(name);
      return images.get(name) ?? { contentType: 'image/svg+xml', data: seedPicture(title), extensions: [] };
    },
    remove: (productName) => {
      images.delete(`${productName}/image`);
    },
  };
}
