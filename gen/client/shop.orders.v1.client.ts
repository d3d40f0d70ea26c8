// Made by protoc-gen-propylon; not to be edited.
import { type CallOptions, type ClientOptions, bind, download, pages, serverStream, unary } from './runtime.js';

export { type CallOptions, type ClientOptions, type ErrorDetail, StatusError } from './runtime.js';

export interface ListOrdersRequest {
  /** At most this many, 1 to 100; 0 means 20. */
  pageSize?: number;
  /** `next_page_token` of the page before. */
  pageToken?: string;
  /** Only orders of this customer. */
  customer?: string;
  /** Only orders that are so far. */
  states?: OrderState[];
  /** Only orders placed at or after this time. */
  createdAfter?: string;
  /** Comparisons joined by AND, such as `customer = "customers/zofia"`. */
  filter?: string;
  /** Fields to sort by; "create_time desc" when empty. */
  orderBy?: string;
}

/**
 * Lists orders, of everybody or of one customer, latest first.
 *
 * `GET /v1/orders`
 */
export const listOrders = /* @__PURE__ */ unary<ListOrdersRequest, ListOrdersResponse>('GET', '/v1/orders');

/** Every element of every page of listOrders. */
export const listAllOrders = /* @__PURE__ */ pages(listOrders, 'orders');

export interface ListOrders2Request {
  /** At most this many, 1 to 100; 0 means 20. */
  pageSize?: number;
  /** `next_page_token` of the page before. */
  pageToken?: string;
  /** Only orders of this customer. */
  customer: string;
  /** Only orders that are so far. */
  states?: OrderState[];
  /** Only orders placed at or after this time. */
  createdAfter?: string;
  /** Comparisons joined by AND, such as `customer = "customers/zofia"`. */
  filter?: string;
  /** Fields to sort by; "create_time desc" when empty. */
  orderBy?: string;
}

/**
 * Lists orders, of everybody or of one customer, latest first.
 *
 * `GET /v1/{customer=customers/*}/orders`
 */
export const listOrders2 = /* @__PURE__ */ unary<ListOrders2Request, ListOrdersResponse>('GET', '/v1/{customer=customers/*}/orders');

/** Every element of every page of listOrders2. */
export const listAllOrders2 = /* @__PURE__ */ pages(listOrders2, 'orders');

export interface GetOrderRequest {
  /** "orders/*". */
  name: string;
}

/**
 * Returns one order.
 *
 * `GET /v1/{name=orders/*}`
 */
export const getOrder = /* @__PURE__ */ unary<GetOrderRequest, Order>('GET', '/v1/{name=orders/*}');

export interface CreateOrderRequest {
  /** The order; its name is ignored. */
  order: Order;
  /** A call that repeats this id returns the order of the first one. */
  requestId?: string;
}

/**
 * Places an order.
 *
 * `POST /v1/orders`
 */
export const createOrder = /* @__PURE__ */ unary<CreateOrderRequest, Order>('POST', '/v1/orders', 'order');

export interface UpdateOrderRequest {
  /** The new values, and the name of the order. */
  order: OrderPatch & { name: string };
  /** The fields to change; absent means every field that has a value. */
  updateMask?: string;
}

/**
 * Changes an order that has not been shipped.
 *
 * `PATCH /v1/{order.name=orders/*}`
 */
export const updateOrder = /* @__PURE__ */ unary<UpdateOrderRequest, Order>('PATCH', '/v1/{order.name=orders/*}', 'order');

export interface CancelOrderRequest {
  /** "orders/*". */
  name: string;
  /** Why. */
  reason?: string;
}

/**
 * Cancels an order that has not been shipped.
 *
 * `POST /v1/{name=orders/*}:cancel`
 */
export const cancelOrder = /* @__PURE__ */ unary<CancelOrderRequest, Order>('POST', '/v1/{name=orders/*}:cancel', '*');

export interface WatchOrdersRequest {
  /** Only this order; empty means all. */
  order?: string;
  /** Only events with a greater number. */
  afterSequence?: string;
  /** End after so many events; 0 means never. */
  maxEvents?: number;
}

/**
 * Sends what happens to orders: what happened last first, then what happens from now on.
 *
 * `GET /v1/orders:watch`
 */
export const watchOrders = /* @__PURE__ */ serverStream<WatchOrdersRequest, OrderEvent>('GET', '/v1/orders:watch');

export interface WatchOrders2Request {
  /** Only this order; empty means all. */
  order: string;
  /** Only events with a greater number. */
  afterSequence?: string;
  /** End after so many events; 0 means never. */
  maxEvents?: number;
}

/**
 * Sends what happens to orders: what happened last first, then what happens from now on.
 *
 * `GET /v1/{order=orders/*}:watch`
 */
export const watchOrders2 = /* @__PURE__ */ serverStream<WatchOrders2Request, OrderEvent>('GET', '/v1/{order=orders/*}:watch');

export interface ExportOrdersRequest {
  /** Only orders that are so far. */
  states?: OrderState[];
}

/**
 * Writes all orders as a CSV file, in pieces.
 *
 * `GET /v1/orders:export`
 */
export const exportOrders = /* @__PURE__ */ download<ExportOrdersRequest>('GET', '/v1/orders:export');

/** Orders, from the basket to the parcel. */
export interface OrderServiceClient {
  /**
   * Lists orders, of everybody or of one customer, latest first.
   *
   * `GET /v1/orders`
   */
  listOrders(request?: ListOrdersRequest, options?: CallOptions): Promise<ListOrdersResponse>;
  /** Every element of every page of listOrders. */
  listAllOrders(request?: ListOrdersRequest, options?: CallOptions): ReturnType<typeof listAllOrders>;
  /**
   * Lists orders, of everybody or of one customer, latest first.
   *
   * `GET /v1/{customer=customers/*}/orders`
   */
  listOrders2(request: ListOrders2Request, options?: CallOptions): Promise<ListOrdersResponse>;
  /** Every element of every page of listOrders2. */
  listAllOrders2(request: ListOrders2Request, options?: CallOptions): ReturnType<typeof listAllOrders2>;
  /**
   * Returns one order.
   *
   * `GET /v1/{name=orders/*}`
   */
  getOrder(request: GetOrderRequest, options?: CallOptions): Promise<Order>;
  /**
   * Places an order.
   *
   * `POST /v1/orders`
   */
  createOrder(request: CreateOrderRequest, options?: CallOptions): Promise<Order>;
  /**
   * Changes an order that has not been shipped.
   *
   * `PATCH /v1/{order.name=orders/*}`
   */
  updateOrder(request: UpdateOrderRequest, options?: CallOptions): Promise<Order>;
  /**
   * Cancels an order that has not been shipped.
   *
   * `POST /v1/{name=orders/*}:cancel`
   */
  cancelOrder(request: CancelOrderRequest, options?: CallOptions): Promise<Order>;
  /**
   * Sends what happens to orders: what happened last first, then what happens from now on.
   *
   * `GET /v1/orders:watch`
   */
  watchOrders(request?: WatchOrdersRequest, options?: CallOptions): AsyncGenerator<OrderEvent, void>;
  /**
   * Sends what happens to orders: what happened last first, then what happens from now on.
   *
   * `GET /v1/{order=orders/*}:watch`
   */
  watchOrders2(request: WatchOrders2Request, options?: CallOptions): AsyncGenerator<OrderEvent, void>;
  /**
   * Writes all orders as a CSV file, in pieces.
   *
   * `GET /v1/orders:export`
   */
  exportOrders(request?: ExportOrdersRequest, options?: CallOptions): Promise<Response>;
}

/** The functions of shop.orders.v1.OrderService, with where they go to already said. */
export const createOrderServiceClient = (options: ClientOptions): OrderServiceClient =>
  bind(options, { listOrders, listAllOrders, listOrders2, listAllOrders2, getOrder, createOrder, updateOrder, cancelOrder, watchOrders, watchOrders2, exportOrders }) as OrderServiceClient;

/** Represents an amount of money with its currency type. */
export interface Money {
  /** The three-letter currency code defined in ISO 4217. */
  currencyCode?: string;
  /**
   * The whole units of the amount.
   * For example if `currencyCode` is `"USD"`, then 1 unit is one US dollar.
   */
  units?: string;
  /**
   * Number of nano (10^-9) units of the amount.
   * The value must be between -999,999,999 and +999,999,999 inclusive.
   * If `units` is positive, `nanos` must be positive or zero.
   * If `units` is zero, `nanos` can be positive, zero, or negative.
   * If `units` is negative, `nanos` must be negative or zero.
   * For example $-1.75 is represented as `units`=-1 and `nanos`=-750,000,000.
   */
  nanos?: number;
}

/**
 * Represents a postal address, such as for postal delivery or payments
 * addresses. With a postal address, a postal service can deliver items to a
 * premise, P.O. box, or similar. A postal address is not intended to model
 * geographical locations like roads, towns, or mountains.
 *
 * In typical usage, an address would be created by user input or from importing
 * existing data, depending on the type of process.
 *
 * Advice on address input or editing:
 *
 *  - Use an internationalization-ready address widget such as
 *  https://github.com/google/libaddressinput.
 *  - Users should not be presented with UI elements for input or editing of
 *  fields outside countries where that field is used.
 *
 * For more guidance on how to use this schema, see:
 * https://support.google.com/business/answer/6397478.
 */
export interface PostalAddress {
  /**
   * The schema revision of the `PostalAddress`. This must be set to 0, which is
   * the latest revision.
   *
   * All new revisions **must** be backward compatible with old revisions.
   */
  revision?: number;
  /**
   * Required. CLDR region code of the country/region of the address. This
   * is never inferred and it is up to the user to ensure the value is
   * correct. See https://cldr.unicode.org/ and
   * https://www.unicode.org/cldr/charts/30/supplemental/territory_information.html
   * for details. Example: "CH" for Switzerland.
   */
  regionCode?: string;
  /**
   * Optional. BCP-47 language code of the contents of this address (if
   * known). This is often the UI language of the input form or is expected
   * to match one of the languages used in the address' country/region, or their
   * transliterated equivalents.
   * This can affect formatting in certain countries, but is not critical
   * to the correctness of the data and will never affect any validation or
   * other non-formatting related operations.
   *
   * If this value is not known, it should be omitted (rather than specifying a
   * possibly incorrect default).
   */
  languageCode?: string;
  /**
   * Optional. Postal code of the address. Not all countries use or require
   * postal codes to be present, but where they are used, they may trigger
   * additional validation with other parts of the address (for example,
   * state or zip code validation in the United States).
   */
  postalCode?: string;
  /**
   * Optional. Additional, country-specific, sorting code. This is not used
   * in most regions. Where it is used, the value is either a string like
   * "CEDEX", optionally followed by a number (for example, "CEDEX 7"), or just
   * a number alone, representing the "sector code" (Jamaica), "delivery area
   * indicator" (Malawi) or "post office indicator" (Côte d'Ivoire).
   */
  sortingCode?: string;
  /**
   * Optional. Highest administrative subdivision which is used for postal
   * addresses of a country or region.
   * For example, this can be a state, a province, an oblast, or a prefecture.
   * For Spain, this is the province and not the autonomous
   * community (for example, "Barcelona" and not "Catalonia").
   * Many countries don't use an administrative area in postal addresses. For
   * example, in Switzerland, this should be left unpopulated.
   */
  administrativeArea?: string;
  /**
   * Optional. Generally refers to the city or town portion of the address.
   * In regions of the world where localities are not well defined or do not fit
   * into this structure well, leave `locality` empty and use `address_lines`.
   */
  locality?: string;
  /**
   * Optional. Sublocality of the address.
   * For example, this can be a neighborhood, borough, or district.
   */
  sublocality?: string;
  /**
   * Unstructured address lines describing the lower levels of an address.
   *
   * Because values in `address_lines` do not have type information and may
   * sometimes contain multiple values in a single field (for example,
   * "Austin, TX"), it is important that the line order is clear. The order of
   * address lines should be "envelope order" for the country or region of the
   * address. In places where this can vary (for example, Japan),
   * `address_language` is used to make it explicit (for example, "ja" for
   * large-to-small ordering and "ja-Latn" or "en" for small-to-large). In this
   * way, the most specific line of an address can be selected based on the
   * language.
   *
   * The minimum permitted structural representation of an address consists
   * of a `region_code` with all remaining information placed in the
   * `address_lines`. It would be possible to format such an address very
   * approximately without geocoding, but no semantic reasoning could be
   * made about any of the address components until it was at least
   * partially resolved.
   *
   * Creating an address only containing a `region_code` and `address_lines` and
   * then geocoding is the recommended way to handle completely unstructured
   * addresses (as opposed to guessing which parts of the address should be
   * localities or administrative areas).
   */
  addressLines?: string[];
  /**
   * Optional. The recipient at the address.
   * This field may, under certain circumstances, contain multiline information.
   * For example, it might contain "care of" information.
   */
  recipients?: string[];
  /** Optional. The name of the organization at the address. */
  organization?: string;
}

/** A page of orders. */
export interface ListOrdersResponse {
  /** The orders. */
  orders?: Order[];
  /** Give it as `page_token` to get the next page; empty on the last. */
  nextPageToken?: string;
}

/**
 * Something that a customer bought.
 *
 * At most one of `card`, `iban`, `onDelivery`.
 */
export interface Order {
  /** "orders/" and the number. */
  name?: string;
  /** "customers/*". */
  customer: string;
  /** What was bought. */
  lines: OrderLine[];
  /** How far it is. */
  readonly state?: OrderState;
  /** By card. */
  card?: OrderCard;
  /** By bank transfer from this IBAN. */
  iban?: string;
  /** On delivery. */
  onDelivery?: boolean;
  /** Where it goes. */
  address?: PostalAddress;
  /** Sum of the lines. */
  readonly total?: Money;
  /** A word from the customer. */
  note?: string;
  /** What the web shop wants to remember. */
  metadata?: { [key: string]: unknown };
  /** When it was placed. */
  readonly createTime?: string;
  /** Why it was cancelled, when it was. */
  readonly cancelReason?: string;
}

/**
 * Something that a customer bought.
 *
 * At most one of `card`, `iban`, `onDelivery`.
 */
export interface OrderPatch {
  /** "orders/" and the number. */
  name?: string;
  /** "customers/*". */
  customer?: string;
  /** What was bought. */
  lines?: OrderLine[];
  /** How far it is. */
  readonly state?: OrderState;
  /** By card. */
  card?: OrderCard;
  /** By bank transfer from this IBAN. */
  iban?: string;
  /** On delivery. */
  onDelivery?: boolean;
  /** Where it goes. */
  address?: PostalAddress;
  /** Sum of the lines. */
  readonly total?: Money;
  /** A word from the customer. */
  note?: string;
  /** What the web shop wants to remember. */
  metadata?: { [key: string]: unknown };
  /** When it was placed. */
  readonly createTime?: string;
  /** Why it was cancelled, when it was. */
  readonly cancelReason?: string;
}

/** Payment by card. */
export interface OrderCard {
  /** The last four digits. */
  lastFour?: string;
  /** When it ends, as "MM/YY". */
  expiry?: string;
}

/** So many pieces of one product. */
export interface OrderLine {
  /** "products/*". */
  product: string;
  /** Pieces, at least 1. */
  quantity: number;
  /** Price of one piece when the order was placed. */
  unitPrice?: Money;
}

/**
 * How far an order is.
 *
 * - `STATE_UNSPECIFIED`: Not said.
 * - `STATE_PLACED`: Placed.
 * - `STATE_PAID`: Paid.
 * - `STATE_SHIPPED`: On its way.
 * - `STATE_CANCELLED`: Will not be sent.
 */
export type OrderState = "STATE_UNSPECIFIED" | "STATE_PLACED" | "STATE_PAID" | "STATE_SHIPPED" | "STATE_CANCELLED";

/** Something that happened to an order. */
export type OrderEvent = {
  /** Number of the event. */
  sequence?: string;
  /** "orders/*". */
  order?: string;
  /** When. */
  eventTime?: string;
  /** What: an OrderPlaced, OrderChanged or OrderCancelled. */
  detail?: {
    /** The type of the message: `type.googleapis.com/` and its full name. */
    "@type"?: string;
  } & { [key: string]: unknown };
};

