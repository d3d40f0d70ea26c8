// Made by protoc-gen-propylon; not to be edited.
import { type CallOptions, type ClientOptions, bind, pages, unary } from './runtime.js';

export { type CallOptions, type ClientOptions, type ErrorDetail, StatusError } from './runtime.js';

export interface ListWarehousesRequest {
  /** At most this many, 1 to 100; 0 means 20. */
  pageSize?: number;
  /** `next_page_token` of the page before. */
  pageToken?: string;
  /** Only warehouses in one of these countries. */
  countries?: Country[];
  /** Only warehouses around this point. */
  near?: Area;
}

/**
 * Lists the warehouses.
 *
 * `GET /v1/warehouses`
 */
export const listWarehouses = /* @__PURE__ */ unary<ListWarehousesRequest, ListWarehousesResponse>('GET', '/v1/warehouses');

/** Every element of every page of listWarehouses. */
export const listAllWarehouses = /* @__PURE__ */ pages(listWarehouses, 'warehouses');

export interface GetWarehouseRequest {
  /** "warehouses/*". */
  name: string;
}

/**
 * Returns one warehouse.
 *
 * `GET /v1/{name=warehouses/*}`
 */
export const getWarehouse = /* @__PURE__ */ unary<GetWarehouseRequest, Warehouse>('GET', '/v1/{name=warehouses/*}');

export interface ListStockRequest {
  /** "warehouses/*", or "warehouses/-". */
  parent: string;
  /** At most this many, 1 to 100; 0 means 20. */
  pageSize?: number;
  /** `next_page_token` of the page before. */
  pageToken?: string;
  /** Comparisons joined by AND, such as `product = "products/espresso-cup" AND on_hand < 10`. */
  filter?: string;
  /** Only what is to be ordered. */
  belowReorderPoint?: boolean;
}

/**
 * Lists the stock of a warehouse. "warehouses/-" means every warehouse.
 *
 * `GET /v1/{parent=warehouses/*}/stock`
 */
export const listStock = /* @__PURE__ */ unary<ListStockRequest, ListStockResponse>('GET', '/v1/{parent=warehouses/*}/stock');

/** Every element of every page of listStock. */
export const listAllStock = /* @__PURE__ */ pages(listStock, 'stock');

export interface GetStockRequest {
  /** "warehouses/*\/stock/*". */
  name: string;
}

/**
 * Returns the stock of one product in one warehouse.
 *
 * `GET /v1/{name=warehouses/*\/stock/*}`
 */
export const getStock = /* @__PURE__ */ unary<GetStockRequest, Stock>('GET', '/v1/{name=warehouses/*/stock/*}');

export interface UpdateStockRequest {
  /** The new values, and the name of the stock. */
  stock: Stock & { name: string };
  /** The fields to change; absent means every field that has a value. */
  updateMask?: string;
}

/**
 * Changes where and how a product is kept, or corrects its count.
 *
 * `PATCH /v1/{stock.name=warehouses/*\/stock/*}`
 */
export const updateStock = /* @__PURE__ */ unary<UpdateStockRequest, Stock>('PATCH', '/v1/{stock.name=warehouses/*/stock/*}', 'stock');

export interface AdjustStockRequest {
  /** "warehouses/*\/stock/*". */
  name: string;
  /** Pieces in, or out when negative. */
  delta: string;
  /** Why. */
  reason: AdjustmentReason;
}

/**
 * Books pieces in or out.
 *
 * `POST /v1/{name=warehouses/*\/stock/*}:adjust`
 */
export const adjustStock = /* @__PURE__ */ unary<AdjustStockRequest, Stock>('POST', '/v1/{name=warehouses/*/stock/*}:adjust', '*');

export interface ReserveStockRequest {
  /** "warehouses/*"; empty means any that has enough. */
  warehouse: string;
  /** "products/*". */
  product: string;
  /** Pieces, at least 1. */
  quantity: string;
  /** For how long; absent means 15 minutes. */
  hold?: string;
}

/**
 * Holds pieces back for a while; in which warehouse is the shop's choice when none is named.
 *
 * `POST /v1/{warehouse=warehouses/*}:reserve`
 */
export const reserveStock = /* @__PURE__ */ unary<ReserveStockRequest, Reservation>('POST', '/v1/{warehouse=warehouses/*}:reserve', '*');

export interface ReserveStock2Request {
  /** "warehouses/*"; empty means any that has enough. */
  warehouse?: string;
  /** "products/*". */
  product: string;
  /** Pieces, at least 1. */
  quantity: string;
  /** For how long; absent means 15 minutes. */
  hold?: string;
}

/**
 * Holds pieces back for a while; in which warehouse is the shop's choice when none is named.
 *
 * `POST /v1/stock:reserve`
 */
export const reserveStock2 = /* @__PURE__ */ unary<ReserveStock2Request, Reservation>('POST', '/v1/stock:reserve', '*');

export interface GetAvailabilityRequest {
  /** "products/*". */
  product: string;
  /** Only warehouses that send to this country. */
  country?: Country;
}

/**
 * Adds up what there is of a product in all warehouses.
 *
 * `GET /v1/{product=products/*}/availability`
 */
export const getAvailability = /* @__PURE__ */ unary<GetAvailabilityRequest, Availability>('GET', '/v1/{product=products/*}/availability');

/** Warehouses and their stock. */
export interface InventoryServiceClient {
  /**
   * Lists the warehouses.
   *
   * `GET /v1/warehouses`
   */
  listWarehouses(request?: ListWarehousesRequest, options?: CallOptions): Promise<ListWarehousesResponse>;
  /** Every element of every page of listWarehouses. */
  listAllWarehouses(request?: ListWarehousesRequest, options?: CallOptions): ReturnType<typeof listAllWarehouses>;
  /**
   * Returns one warehouse.
   *
   * `GET /v1/{name=warehouses/*}`
   */
  getWarehouse(request: GetWarehouseRequest, options?: CallOptions): Promise<Warehouse>;
  /**
   * Lists the stock of a warehouse. "warehouses/-" means every warehouse.
   *
   * `GET /v1/{parent=warehouses/*}/stock`
   */
  listStock(request: ListStockRequest, options?: CallOptions): Promise<ListStockResponse>;
  /** Every element of every page of listStock. */
  listAllStock(request: ListStockRequest, options?: CallOptions): ReturnType<typeof listAllStock>;
  /**
   * Returns the stock of one product in one warehouse.
   *
   * `GET /v1/{name=warehouses/*\/stock/*}`
   */
  getStock(request: GetStockRequest, options?: CallOptions): Promise<Stock>;
  /**
   * Changes where and how a product is kept, or corrects its count.
   *
   * `PATCH /v1/{stock.name=warehouses/*\/stock/*}`
   */
  updateStock(request: UpdateStockRequest, options?: CallOptions): Promise<Stock>;
  /**
   * Books pieces in or out.
   *
   * `POST /v1/{name=warehouses/*\/stock/*}:adjust`
   */
  adjustStock(request: AdjustStockRequest, options?: CallOptions): Promise<Stock>;
  /**
   * Holds pieces back for a while; in which warehouse is the shop's choice when none is named.
   *
   * `POST /v1/{warehouse=warehouses/*}:reserve`
   */
  reserveStock(request: ReserveStockRequest, options?: CallOptions): Promise<Reservation>;
  /**
   * Holds pieces back for a while; in which warehouse is the shop's choice when none is named.
   *
   * `POST /v1/stock:reserve`
   */
  reserveStock2(request: ReserveStock2Request, options?: CallOptions): Promise<Reservation>;
  /**
   * Adds up what there is of a product in all warehouses.
   *
   * `GET /v1/{product=products/*}/availability`
   */
  getAvailability(request: GetAvailabilityRequest, options?: CallOptions): Promise<Availability>;
}

/** The functions of shop.inventory.v1.InventoryService, with where they go to already said. */
export const createInventoryServiceClient = (options: ClientOptions): InventoryServiceClient =>
  bind(options, { listWarehouses, listAllWarehouses, getWarehouse, listStock, listAllStock, getStock, updateStock, adjustStock, reserveStock, reserveStock2, getAvailability }) as InventoryServiceClient;

/**
 * An object that represents a latitude/longitude pair. This is expressed as a
 * pair of doubles to represent degrees latitude and degrees longitude. Unless
 * specified otherwise, this object must conform to the
 * <a href="https://en.wikipedia.org/wiki/World_Geodetic_System#1984_version">
 * WGS84 standard</a>. Values must be within normalized ranges.
 */
export interface LatLng {
  /** The latitude in degrees. It must be in the range [-90.0, +90.0]. */
  latitude?: number | "NaN" | "Infinity" | "-Infinity";
  /** The longitude in degrees. It must be in the range [-180.0, +180.0]. */
  longitude?: number | "NaN" | "Infinity" | "-Infinity";
}

/**
 * Why pieces are booked in or out.
 *
 * - `ADJUSTMENT_REASON_UNSPECIFIED`: Not said; refused.
 * - `ADJUSTMENT_REASON_DELIVERY`: A delivery arrived.
 * - `ADJUSTMENT_REASON_RETURN`: A customer sent something back.
 * - `ADJUSTMENT_REASON_DAMAGE`: Something broke.
 * - `ADJUSTMENT_REASON_COUNT`: The count was wrong.
 */
export type AdjustmentReason = "ADJUSTMENT_REASON_UNSPECIFIED" | "ADJUSTMENT_REASON_DELIVERY" | "ADJUSTMENT_REASON_RETURN" | "ADJUSTMENT_REASON_DAMAGE" | "ADJUSTMENT_REASON_COUNT";

/** A circle on the map. */
export interface Area {
  /** The middle. */
  center?: LatLng;
  /** Kilometres. */
  radiusKm?: number | "NaN" | "Infinity" | "-Infinity";
}

/** What there is of a product. */
export interface Availability {
  /** "products/*". */
  product?: string;
  /** Pieces that can be sold. */
  available?: string;
  /** The same by warehouse. */
  byWarehouse?: { [key: string]: string };
}

/** A page of stock. */
export interface ListStockResponse {
  /** The stock. */
  stock?: Stock[];
  /** Give it as `page_token` to get the next page; empty on the last. */
  nextPageToken?: string;
}

/** A page of warehouses. */
export interface ListWarehousesResponse {
  /** The warehouses. */
  warehouses?: Warehouse[];
  /** Give it as `page_token` to get the next page; empty on the last. */
  nextPageToken?: string;
}

/** Pieces held back. */
export interface Reservation {
  /** Number of the reservation. */
  reservationId?: string;
  /** Where they are, "warehouses/*\/stock/*". */
  stock?: string;
  /** Pieces. */
  quantity?: string;
  /** Until when. */
  expireTime?: string;
}

/**
 * Pieces of one product in one warehouse.
 *
 * At most one of `shelf`, `pallet`.
 */
export interface Stock {
  /** "warehouses/*\/stock/*", the last part the id of the product. */
  name?: string;
  /** "products/*". */
  readonly product?: string;
  /** Pieces on the shelf. */
  onHand?: string;
  /** Pieces of those that are held back. */
  readonly reserved?: string;
  /** Order more when fewer are left; absent means never. */
  reorderPoint?: number | null;
  /** Aisle and shelf, such as "C-12". */
  shelf?: string;
  /** Number of the pallet. */
  pallet?: number;
  /** When it was counted last. */
  countTime?: string;
}

/** A building with shelves. */
export interface Warehouse {
  /** "warehouses/" and the id. */
  name?: string;
  /** City and quarter. */
  displayName?: string;
  /** The country it stands in. */
  country?: Country;
  /** Where exactly. */
  location?: LatLng;
  /** Countries it sends to, with the days a parcel takes. */
  deliveryDays?: { [key: string]: number };
}

/**
 * A country the shop delivers to.
 *
 * - `COUNTRY_UNSPECIFIED`: Not said; the shop then assumes nothing about taxes or delivery.
 * - `COUNTRY_DE`: Germany.
 * - `COUNTRY_FR`: France.
 * - `COUNTRY_JP`: Japan.
 * - `COUNTRY_BR`: Brazil.
 * - `COUNTRY_US`: The United States of America.
 * - `COUNTRY_PL`: Poland.
 */
export type Country = "COUNTRY_UNSPECIFIED" | "COUNTRY_DE" | "COUNTRY_FR" | "COUNTRY_JP" | "COUNTRY_BR" | "COUNTRY_US" | "COUNTRY_PL";

