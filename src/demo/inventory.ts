import type { LatLng } from '../../gen/ts/google/type/latlng.js';
import {
  AdjustmentReason,
  type Availability,
  type InventoryServiceServer,
  InventoryServiceService,
  ListStockRequest,
  ListWarehousesRequest,
  Stock,
} from '../../gen/ts/shop/inventory/v1/inventory.js';
import { Country } from '../../gen/ts/shop/type/v1/country.js';
import { resourceTypes, type ShopContext } from './context.js';
import { applyUpdate } from './field-mask.js';
import { parseFilter } from './filter.js';
import { unary } from './handler.js';
import { paginate } from './paging.js';
import { failedPrecondition, invalid, notFound } from './problem.js';
import { resourceType } from './resource-type.js';
import { createStockRoom, seedWarehouses } from './stock-room.js';

const fixed: ReadonlySet<string> = new Set(['name', 'product', 'reserved']);
const defaultHoldMs = 15 * 60_000;
const longestHoldMs = 24 * 60 * 60_000;

/** The definition of InventoryService, for servers. */
export const inventoryDefinition = InventoryServiceService;

/** InventoryService on seeded warehouses in memory. */
export function inventoryService({ registry, today }: ShopContext): InventoryServiceServer {
  const type = resourceType(registry, 'shop.inventory.v1.Stock', Stock);
  const warehouses = seedWarehouses();
  const room = createStockRoom(today);
  const warehouse = (name: string) => {
    const found = warehouses.find((candidate) => candidate.name === name);
    if (found === undefined) throw notFound(resourceTypes.warehouse, name);
    return found;
  };
  const counted = (stock: Stock): Stock => {
    if (stock.onHand < 0n) throw invalid('stock.on_hand', 'must not be negative');
    if (stock.onHand < stock.reserved) {
      throw failedPrecondition('STOCK_RESERVED', stock.name, `${stock.reserved} are held back`);
    }
    return room.put({ ...stock, countTime: today() });
  };

  return {
    listWarehouses: unary((request) => {
      const { countries, near } = request;
      const found = warehouses.filter(
        ({ country, location }) =>
          (countries.length === 0 || countries.includes(country)) &&
          (near?.center === undefined || kilometres(near.center, location) <= near.radiusKm),
      );
      const { items, nextPageToken } = paginate(found, request, ListWarehousesRequest);
      return { warehouses: items, nextPageToken };
    }),
    getWarehouse: unary(({ name }) => warehouse(name)),
    listStock: unary((request) => {
      const { parent, belowReorderPoint, filter } = request;
      if (parent !== 'warehouses/-') warehouse(parent);
      const holds = parseFilter(type, filter);
      const found = room
        .all()
        .filter(
          (stock) =>
            (parent === 'warehouses/-' || stock.name.startsWith(`${parent}/`)) &&
            (!belowReorderPoint || stock.onHand < BigInt(stock.reorderPoint ?? 0)) &&
            holds(stock),
        );
      const { items, nextPageToken } = paginate(found, request, ListStockRequest);
      return { stock: items, nextPageToken };
    }),
    getStock: unary(({ name }) => room.get(name)),
    updateStock: unary(({ stock: patch, updateMask }) => {
      if (patch === undefined) throw invalid('stock', 'must be given');
      return counted(applyUpdate(type, room.get(patch.name), patch, updateMask, fixed));
    }),
    adjustStock: unary(({ name, delta, reason }) => {
      if (delta === 0n) throw invalid('delta', 'must not be 0');
      if (reason === AdjustmentReason.ADJUSTMENT_REASON_UNSPECIFIED) throw invalid('reason', 'must be given');
      const stock = room.get(name);
      if (stock.onHand + delta < 0n) {
        throw failedPrecondition('STOCK_SHORT', name, `${stock.onHand} are there, ${-delta} were to go`);
      }
      return counted({ ...stock, onHand: stock.onHand + delta });
    }),
    reserveStock: unary(({ warehouse: wanted, product, quantity, hold }) => {
      if (product === '') throw invalid('product', 'must be given');
      if (quantity < 1n) throw invalid('quantity', 'must be at least 1');
      const holdMs = hold === undefined ? defaultHoldMs : Number(hold.seconds) * 1000 + hold.nanos / 1e6;
      if (!(holdMs > 0 && holdMs <= longestHoldMs))
        throw invalid('hold', 'must be more than 0, at most a day');
      if (wanted !== '') warehouse(wanted);
      const here = room
        .all()
        .filter(
          (stock) => stock.product === product && (wanted === '' || stock.name.startsWith(`${wanted}/`)),
        );
      const stock = here.find(({ onHand, reserved }) => onHand - reserved >= quantity) ?? here[0];
      if (stock === undefined) throw notFound(resourceTypes.product, product);
      return room.reserve(stock, quantity, holdMs);
    }),
    getAvailability: unary(({ product, country }): Availability => {
      const stocks = room.all().filter((stock) => stock.product === product);
      if (stocks.length === 0) throw notFound(resourceTypes.product, product);
      const code = countryCode(country);
      const byWarehouse: Record<string, bigint> = {};
      for (const { name, deliveryDays } of warehouses) {
        if (code !== undefined && deliveryDays[code] === undefined) continue;
        const stock = stocks.find((candidate) => candidate.name.startsWith(`${name}/`));
        if (stock !== undefined) byWarehouse[name] = stock.onHand - stock.reserved;
      }
      const available = Object.values(byWarehouse).reduce((sum, free) => sum + free, 0n);
      return { product, available, byWarehouse };
    }),
  };
}

/** COUNTRY_DE → "DE"; nothing for none. */
function countryCode(country: Country): string | undefined {
  return country === Country.COUNTRY_UNSPECIFIED ? undefined : Country[country]?.slice('COUNTRY_'.length);
}

/** Along the surface of a round earth. */
function kilometres(from: LatLng, to: LatLng | undefined): number {
  if (to === undefined) return Number.POSITIVE_INFINITY;
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  const latitude = radians(to.latitude - from.latitude);
  const longitude = radians(to.longitude - from.longitude);
  const half =
    Math.sin(latitude / 2) ** 2 +
    Math.cos(radians(from.latitude)) * Math.cos(radians(to.latitude)) * Math.sin(longitude / 2) ** 2;
  return 2 * 6371 * Math.asin(Math.sqrt(half));
}
