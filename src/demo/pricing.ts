import {
  GetExchangeRatesResponse,
  ListPricesRequest,
  Price,
  type PricingServiceServer,
  PricingServiceService,
  type QuoteBasketRequest,
  type QuoteBasketResponse,
} from '../../gen/ts/shop/pricing/v1/pricing.js';
import { Country } from '../../gen/ts/shop/type/v1/country.js';
import { resourceTypes, type ShopContext } from './context.js';
import { applyUpdate } from './field-mask.js';
import { bidiStream, serverStream, unary } from './handler.js';
import { fromEuro, money, nanosOf, ratesPerEuro, scaled } from './money.js';
import { negotiate } from './negotiate.js';
import { paginate } from './paging.js';
import { watchPrices } from './price-ticks.js';
import { failedPrecondition, invalid, notFound } from './problem.js';
import { resourceType } from './resource-type.js';
import { seedProducts } from './seed-catalog.js';

const fixed: ReadonlySet<string> = new Set(['name', 'effective_time']);
const quoteMinutes = 15;
const mostLines = 100;

const taxPercent: Partial<Record<Country, number>> = {
  [Country.COUNTRY_DE]: 19,
  [Country.COUNTRY_FR]: 20,
  [Country.COUNTRY_JP]: 10,
  [Country.COUNTRY_BR]: 17,
  [Country.COUNTRY_PL]: 23,
};
const couponPercent: ReadonlyMap<string, number> = new Map([
  ['WILLKOMMEN', 10],
  ['ようこそ', 12.5],
]);

/** The definition of PricingService, for servers. */
export const pricingDefinition = PricingServiceService;

/** PricingService on seeded prices in memory: every product in every currency. */
export function pricingService({ registry, clock, today }: ShopContext): PricingServiceServer {
  const type = resourceType(registry, 'shop.pricing.v1.Price', Price);
  const prices = new Map(seedPrices(today()).map((price) => [price.name, price]));
  const get = (name: string): Price => {
    const price = prices.get(name);
    if (price === undefined) throw notFound(resourceTypes.price, name);
    return price;
  };
  /** The price per piece in nanos when so many are bought. */
  const pieceNanos = (product: string, currency: string, quantity: number): bigint => {
    const price = get(`${product}/prices/${currency}`);
    const steps = Object.entries(price.volumeAmounts).filter(([from]) => Number(from) <= quantity);
    const best = steps.sort(([left], [right]) => Number(right) - Number(left))[0];
    return nanosOf(best?.[1] ?? price.amount);
  };

  return {
    listPrices: unary((request) => {
      const { parent, currencies } = request;
      const found = [...prices.values()].filter(
        ({ name, amount }) =>
          (parent === 'products/-' || name.startsWith(`${parent}/`)) &&
          (currencies.length === 0 || currencies.includes(amount?.currencyCode ?? '')),
      );
      const { items, nextPageToken } = paginate(found, request, ListPricesRequest);
      return { prices: items, nextPageToken };
    }),
    getPrice: unary(({ name }) => get(name)),
    updatePrice: unary(({ price: patch, updateMask }) => {
      if (patch === undefined) throw invalid('price', 'must be given');
      const changed = applyUpdate(type, get(patch.name), patch, updateMask, fixed);
      if (changed.amount?.currencyCode !== changed.name.split('/').at(-1)) {
        throw invalid('price.amount.currency_code', 'must be that of the name');
      }
      if (nanosOf(changed.amount) <= 0n) throw invalid('price.amount', 'must be more than nothing');
      const stored = { ...changed, effectiveTime: today() };
      prices.set(stored.name, stored);
      return stored;
    }),
    quoteBasket: unary((request) => quote(request, pieceNanos, today())),
    getExchangeRates: unary(({ baseCurrency }) => {
      const base = ratesPerEuro.get(baseCurrency);
      if (base === undefined) throw notFound('shop.example.com/Currency', baseCurrency);
      const rates = [...ratesPerEuro].map(([currency, rate]) => [
        currency,
        Math.round((rate / base) * 1e6) / 1e6,
      ]);
      return GetExchangeRatesResponse.fromPartial({ rates: Object.fromEntries(rates) });
    }),
    watchPrices: serverStream((request, signal) => {
      const currency = request.currencyCode === '' ? 'EUR' : request.currencyCode;
      const names =
        request.products.length > 0
          ? request.products
          : [...prices.keys()].filter((name) => name.endsWith('/EUR')).map((name) => name.slice(0, -11));
      const starts = names.map((product) => ({ product, nanos: pieceNanos(product, currency, 1) }));
      return watchPrices(starts, currency, request, clock, signal);
    }),
    negotiatePrice: bidiStream((requests) =>
      negotiate(requests, (product, currency) => pieceNanos(product, currency, 1)),
    ),
  };
}

function quote(
  request: QuoteBasketRequest,
  pieceNanos: (product: string, currency: string, quantity: number) => bigint,
  now: Date,
): QuoteBasketResponse {
  const { lines, currencyCode, country } = request;
  if (lines.length === 0) throw invalid('lines', 'must not be empty');
  if (lines.length > mostLines) throw invalid('lines', `must be at most ${mostLines}`);
  if (!ratesPerEuro.has(currencyCode)) {
    throw invalid('currency_code', `must be one of ${[...ratesPerEuro.keys()].join(', ')}`);
  }
  const subtotal = lines.reduce((sum, { product, quantity }, index) => {
    if (quantity < 1) throw invalid(`lines[${index}].quantity`, 'must be at least 1');
    return sum + pieceNanos(product, currencyCode, quantity) * BigInt(quantity);
  }, 0n);
  const discount = discountOf(request, subtotal);
  const tax = scaled(currencyCode, subtotal - discount, (taxPercent[country] ?? 0) / 100);
  return {
    subtotal: money(currencyCode, subtotal),
    discount: money(currencyCode, discount),
    tax: money(currencyCode, tax),
    total: money(currencyCode, subtotal - discount + tax),
    expireTime: new Date(now.getTime() + quoteMinutes * 60_000),
  };
}

function discountOf({ discount, currencyCode }: QuoteBasketRequest, subtotal: bigint): bigint {
  switch (discount?.$case) {
    case undefined:
      return 0n;
    case 'percentOff':
      if (!(discount.percentOff >= 0 && discount.percentOff <= 100)) {
        throw invalid('percent_off', 'must be from 0 to 100');
      }
      return scaled(currencyCode, subtotal, discount.percentOff / 100);
    case 'amountOff': {
      if (discount.amountOff.currencyCode !== currencyCode) {
        throw invalid('amount_off.currency_code', 'must be currency_code');
      }
      const amount = nanosOf(discount.amountOff);
      if (amount < 0n) throw invalid('amount_off', 'must not be negative');
      return amount < subtotal ? amount : subtotal;
    }
    case 'coupon': {
      const percent = couponPercent.get(discount.coupon);
      if (percent === undefined) {
        throw failedPrecondition('COUPON_UNKNOWN', discount.coupon, 'no such coupon is in force');
      }
      return scaled(currencyCode, subtotal, percent / 100);
    }
  }
}

function seedPrices(now: Date): Price[] {
  return seedProducts().flatMap(({ name, listPrice }) =>
    [...ratesPerEuro.keys()].map((currency) => {
      const amount = fromEuro(nanosOf(listPrice), currency, 'currency_code');
      const volume = (percent: number) => money(currency, scaled(currency, nanosOf(amount), percent / 100));
      return Price.fromPartial({
        name: `${name}/prices/${currency}`,
        amount,
        volumeAmounts: { 10: volume(95), 100: volume(88) },
        effectiveTime: now,
        quoteTtl: { seconds: BigInt(quoteMinutes * 60), nanos: 0 },
      });
    }),
  );
}
