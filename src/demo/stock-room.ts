import type { Reservation, Stock, Warehouse } from '../../gen/ts/shop/inventory/v1/inventory.js';
import { Country } from '../../gen/ts/shop/type/v1/country.js';
import { resourceTypes } from './context.js';
import { failedPrecondition, full, notFound } from './problem.js';
import { seedProducts } from './seed-catalog.js';

const mostReservations = 10_000;

/** The warehouses the shop starts with. */
export function seedWarehouses(): Warehouse[] {
  return [
    {
      name: 'warehouses/curitiba',
      displayName: 'Curitiba, Água Verde',
      country: Country.COUNTRY_BR,
      location: { latitude: -25.4561, longitude: -49.2761 },
      deliveryDays: { BR: 2, US: 9 },
    },
    {
      name: 'warehouses/hamburg',
      displayName: 'Hamburg, Süderelbe',
      country: Country.COUNTRY_DE,
      location: { latitude: 53.4719, longitude: 9.8756 },
      deliveryDays: { DE: 1, FR: 3, PL: 2, US: 7 },
    },
    {
      name: 'warehouses/lodz',
      displayName: 'Łódź, Widzew',
      country: Country.COUNTRY_PL,
      location: { latitude: 51.7592, longitude: 19.5331 },
      deliveryDays: { PL: 1, DE: 2, FR: 4 },
    },
    {
      name: 'warehouses/osaka',
      displayName: '大阪・住之江',
      country: Country.COUNTRY_JP,
      location: { latitude: 34.6096, longitude: 135.4808 },
      deliveryDays: { JP: 1, US: 5 },
    },
  ];
}

function seedStock(now: Date): Stock[] {
  // Downloads lie on no shelf.
  const products = seedProducts().filter(({ delivery }) => delivery?.$case === 'shipping');
  return seedWarehouses().flatMap((warehouse, row) =>
    products.map(({ name: product }, column) => ({
      name: `${warehouse.name}/stock/${product.slice('products/'.length)}`,
      product,
      onHand: BigInt((column * 7 + row * 13) % 40),
      reserved: 0n,
      reorderPoint: column % 3 === 0 ? undefined : 8,
      place:
        column % 4 === 3
          ? { $case: 'pallet', pallet: 1000 * (row + 1) + column }
          : { $case: 'shelf', shelf: `${'ABCD'.charAt(row)}-${column + 1}` },
      countTime: now,
    })),
  );
}

/** The stock of all warehouses, with what is held back. */
export interface StockRoom {
  /** Every stock, what is held back now included. */
  all(): Stock[];
  /** Throws NOT_FOUND. */
  get(name: string): Stock;
  put(stock: Stock): Stock;
  /** Throws FAILED_PRECONDITION when fewer are free. */
  reserve(stock: Stock, quantity: bigint, holdMs: number): Reservation;
}

/** A stock room with seeded counts. */
export function createStockRoom(today: () => Date): StockRoom {
  const stocks = new Map(seedStock(today()).map((stock) => [stock.name, stock]));
  let reservations: (Reservation & { readonly expireTime: Date })[] = [];
  let lastId = 0;

  const current = (stock: Stock): Stock => {
    const held = reservations.filter((reservation) => reservation.stock === stock.name);
    return { ...stock, reserved: held.reduce((sum, { quantity }) => sum + quantity, 0n) };
  };
  const dropExpired = (): void => {
    const now = today();
    reservations = reservations.filter(({ expireTime }) => expireTime > now);
  };
  return {
    all() {
      dropExpired();
      return [...stocks.values()].map(current);
    },
    get(name) {
      dropExpired();
      const stock = stocks.get(name);
      if (stock === undefined) throw notFound(resourceTypes.stock, name);
      return current(stock);
    },
    put(stock) {
      stocks.set(stock.name, stock);
      return current(stock);
    },
    reserve(stock, quantity, holdMs) {
      const free = stock.onHand - stock.reserved;
      if (free < quantity) {
        throw failedPrecondition('STOCK_SHORT', stock.name, `${free} are free, ${quantity} were asked for`);
      }
      if (reservations.length >= mostReservations) throw full('reservations', mostReservations);
      lastId += 1;
      const reservation = {
        reservationId: `R-${String(lastId).padStart(6, '0')}`,
        stock: stock.name,
        quantity,
        expireTime: new Date(today().getTime() + holdMs),
      };
      reservations.push(reservation);
      return reservation;
    },
  };
}
