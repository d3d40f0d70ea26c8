import type { Clock } from '../clock.js';
import type { DescriptorRegistry } from '../descriptor/index.js';

/** What every service of the shop is given. */
export interface ShopContext {
  /** The shop's own descriptors. */
  readonly registry: DescriptorRegistry;
  /** Sets the timers of streams. */
  readonly clock: Clock;
  /** The date for create and update times. */
  readonly today: () => Date;
}

/** Names of resource types, as error details give them. */
export const resourceTypes = {
  brand: 'shop.example.com/Brand',
  product: 'shop.example.com/Product',
  image: 'shop.example.com/ProductImage',
  price: 'shop.example.com/Price',
  warehouse: 'shop.example.com/Warehouse',
  stock: 'shop.example.com/Stock',
  order: 'shop.example.com/Order',
} as const;
