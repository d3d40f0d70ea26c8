// Made by protoc-gen-propylon; not to be edited.
import { type CallOptions, type ClientOptions, bidi, bind, pages, serverStream, unary } from './runtime.js';

export { type CallOptions, type ClientOptions, type ErrorDetail, StatusError } from './runtime.js';

export interface ListPricesRequest {
  /** "products/*". */
  parent: string;
  /** At most this many, 1 to 100; 0 means 20. */
  pageSize?: number;
  /** `next_page_token` of the page before. */
  pageToken?: string;
  /** Only these currencies. */
  currencies?: string[];
}

/**
 * Lists the prices of a product, one for each currency. "products/-" means every product.
 *
 * `GET /v1/{parent=products/*}/prices`
 */
export const listPrices = /* @__PURE__ */ unary<ListPricesRequest, ListPricesResponse>('GET', '/v1/{parent=products/*}/prices');

/** Every element of every page of listPrices. */
export const listAllPrices = /* @__PURE__ */ pages(listPrices, 'prices');

export interface GetPriceRequest {
  /** "products/*\/prices/*". */
  name: string;
}

/**
 * Returns the price of a product in one currency.
 *
 * `GET /v1/{name=products/*\/prices/*}`
 */
export const getPrice = /* @__PURE__ */ unary<GetPriceRequest, Price>('GET', '/v1/{name=products/*/prices/*}');

export interface UpdatePriceRequest {
  /** The new values, and the name of the price. */
  price: Price & { name: string };
  /** The fields to change; absent means every field that has a value. */
  updateMask?: string;
}

/**
 * Changes a price.
 *
 * `PATCH /v1/{price.name=products/*\/prices/*}`
 */
export const updatePrice = /* @__PURE__ */ unary<UpdatePriceRequest, Price>('PATCH', '/v1/{price.name=products/*/prices/*}', 'price');

export interface QuoteBasketRequest {
  /** The basket, at most 100 lines. */
  lines: QuoteBasketRequestLine[];
  /** Currency of the answer (ISO 4217). */
  currencyCode: string;
  /** Where it is sent to, which decides the taxes. */
  country?: Country;
  /** In percent, 0 to 100. */
  percentOff?: number | "NaN" | "Infinity" | "-Infinity";
  /** An amount in the currency of the answer. */
  amountOff?: Money;
  /** A code from a letter to customers. */
  coupon?: string;
}

/**
 * Adds up a basket: prices, discount, taxes.
 *
 * `POST /v1/baskets:quote`
 */
export const quoteBasket = /* @__PURE__ */ unary<QuoteBasketRequest, QuoteBasketResponse>('POST', '/v1/baskets:quote', '*');

export interface GetExchangeRatesRequest {
  /** The currency to change from. */
  baseCurrency: string;
}

/**
 * Returns what one unit of a currency is worth in others; over HTTP the answer is the bare map.
 *
 * `GET /v1/exchangeRates/{base_currency}`
 */
export const getExchangeRates = /* @__PURE__ */ unary<GetExchangeRatesRequest, { [key: string]: number | "NaN" | "Infinity" | "-Infinity" }>('GET', '/v1/exchangeRates/{baseCurrency}');

export interface WatchPricesRequest {
  /** "products/*"; none means every product. */
  products?: string[];
  /** Currency of the ticks; empty means EUR. */
  currencyCode?: string;
  /** Time between ticks, at least 1 ms; absent means a second. */
  interval?: string;
  /** End after so many ticks; 0 means never. */
  maxTicks?: number;
}

/**
 * Sends prices as they move.
 *
 * `GET /v1/prices:watch`
 */
export const watchPrices = /* @__PURE__ */ serverStream<WatchPricesRequest, WatchPricesResponse>('GET', '/v1/prices:watch');

export interface NegotiatePriceParameters {
}

/**
 * Haggles: each offer is answered until one is accepted or the shop loses patience.
 *
 * `POST /v1/prices:negotiate`
 */
export const negotiatePrice = /* @__PURE__ */ bidi<NegotiatePriceParameters, NegotiatePriceRequest, NegotiatePriceResponse>('POST', '/v1/prices:negotiate', '*');

/** Prices, quotes and exchange rates. */
export interface PricingServiceClient {
  /**
   * Lists the prices of a product, one for each currency. "products/-" means every product.
   *
   * `GET /v1/{parent=products/*}/prices`
   */
  listPrices(request: ListPricesRequest, options?: CallOptions): Promise<ListPricesResponse>;
  /** Every element of every page of listPrices. */
  listAllPrices(request: ListPricesRequest, options?: CallOptions): ReturnType<typeof listAllPrices>;
  /**
   * Returns the price of a product in one currency.
   *
   * `GET /v1/{name=products/*\/prices/*}`
   */
  getPrice(request: GetPriceRequest, options?: CallOptions): Promise<Price>;
  /**
   * Changes a price.
   *
   * `PATCH /v1/{price.name=products/*\/prices/*}`
   */
  updatePrice(request: UpdatePriceRequest, options?: CallOptions): Promise<Price>;
  /**
   * Adds up a basket: prices, discount, taxes.
   *
   * `POST /v1/baskets:quote`
   */
  quoteBasket(request: QuoteBasketRequest, options?: CallOptions): Promise<QuoteBasketResponse>;
  /**
   * Returns what one unit of a currency is worth in others; over HTTP the answer is the bare map.
   *
   * `GET /v1/exchangeRates/{base_currency}`
   */
  getExchangeRates(request: GetExchangeRatesRequest, options?: CallOptions): Promise<{ [key: string]: number | "NaN" | "Infinity" | "-Infinity" }>;
  /**
   * Sends prices as they move.
   *
   * `GET /v1/prices:watch`
   */
  watchPrices(request?: WatchPricesRequest, options?: CallOptions): AsyncGenerator<WatchPricesResponse, void>;
  /**
   * Haggles: each offer is answered until one is accepted or the shop loses patience.
   *
   * `POST /v1/prices:negotiate`
   */
  negotiatePrice(request: NegotiatePriceParameters, messages: AsyncIterable<NegotiatePriceRequest> | Iterable<NegotiatePriceRequest>, options?: CallOptions): AsyncGenerator<NegotiatePriceResponse, void>;
}

/** The functions of shop.pricing.v1.PricingService, with where they go to already said. */
export const createPricingServiceClient = (options: ClientOptions): PricingServiceClient =>
  bind(options, { listPrices, listAllPrices, getPrice, updatePrice, quoteBasket, getExchangeRates, watchPrices, negotiatePrice }) as PricingServiceClient;

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

/** A page of prices. */
export interface ListPricesResponse {
  /** The prices. */
  prices?: Price[];
  /** Give it as `page_token` to get the next page; empty on the last. */
  nextPageToken?: string;
}

/** Something the buyer says. */
export interface NegotiatePriceRequest {
  /** "products/*"; the first message names it, later ones leave it out. */
  product?: string;
  /** What the buyer would pay. */
  offer?: Money;
}

/**
 * Something the shop says.
 *
 * At most one of `counterOffer`, `accepted`.
 */
export interface NegotiatePriceResponse {
  /** The shop would sell for this. */
  counterOffer?: Money;
  /** The shop sells for this; nothing more is said. */
  accepted?: Money;
  /** In words. */
  remark?: string;
}

/** What a product costs in one currency. */
export interface Price {
  /** "products/*\/prices/*", the last part a currency (ISO 4217). */
  name?: string;
  /** What one piece costs, before taxes. */
  amount?: Money;
  /** Cheaper prices per piece, by the number of pieces from which they hold. */
  volumeAmounts?: { [key: string]: Money };
  /** From when it holds. */
  effectiveTime?: string;
  /** How long a quote with this price is honoured. */
  quoteTtl?: string;
}

/** So many pieces of one product. */
export interface QuoteBasketRequestLine {
  /** "products/*". */
  product?: string;
  /** Pieces, at least 1. */
  quantity?: number;
}

/** A basket added up. */
export interface QuoteBasketResponse {
  /** Sum of the lines. */
  subtotal?: Money;
  /** What the discount takes away. */
  discount?: Money;
  /** Taxes on the rest. */
  tax?: Money;
  /** What is to be paid. */
  total?: Money;
  /** Until when the shop stands by it. */
  expireTime?: string;
}

/** A price that moved. */
export interface WatchPricesResponse {
  /** "products/*". */
  product?: string;
  /** What it costs now. */
  amount?: Money;
  /** Change since the tick before, in hundredths of a percent. */
  changeBasisPoints?: number;
  /** Number of the tick, from 1. */
  sequence?: string;
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

