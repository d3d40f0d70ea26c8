import { describe, expect, it } from 'vitest';
import { Product } from '../../gen/ts/shop/catalog/v1/catalog.js';
import { Availability } from '../../gen/ts/shop/inventory/v1/inventory.js';
import { Price } from '../../gen/ts/shop/pricing/v1/pricing.js';
import type { Clock } from '../clock.js';
import { money } from './money.js';
import { type Rpc, storefrontRoutes } from './storefront.js';

type Answer = () => Promise<Uint8Array>;
const late = 'late' as const;

const good: Readonly<Record<string, Answer>> = {
  GetProduct: async () =>
    Product.encode(Product.fromPartial({ name: 'products/cup', title: 'Tasse' })).finish(),
  GetPrice: async () => Price.encode(Price.fromPartial({ amount: money('EUR', 12_500_000_000n) })).finish(),
  GetAvailability: async () =>
    Availability.encode(
      Availability.fromPartial({ available: 7n, byWarehouse: { 'warehouses/lodz': 7n } }),
    ).finish(),
};
const fails =
  (code: number): Answer =>
  () =>
    Promise.reject(Object.assign(new Error('no'), { code }));

/** The page when the parts answer so; a late part answers never, and time passes at once where something is late. */
async function page(answers: Readonly<Record<string, Answer | typeof late>>, query = '') {
  const aborted: string[] = [];
  const unused = () => {
    throw new Error('the page makes unary calls only');
  };
  const rpc: Rpc = {
    request(_service, method, _data, signal) {
      const answer = answers[method] ?? good[method];
      if (answer === undefined) throw new Error(`${method} is not asked for`);
      if (answer !== late) return answer();
      signal?.addEventListener('abort', () => aborted.push(method));
      return new Promise(() => {});
    },
    clientStreamingRequest: unused,
    serverStreamingRequest: unused,
    bidirectionalStreamingRequest: unused,
  };
  const isLate = Object.values(answers).includes(late);
  const clock: Clock = {
    now: () => 0,
    after(_delayMs, fire) {
      // After every answer that is under way.
      const timer = isLate ? setImmediate(fire) : undefined;
      return () => clearImmediate(timer);
    },
  };
  const response = await storefrontRoutes(() => rpc, { clock }).request(`/storefront/cup${query}`);
  return { status: response.status, json: (await response.json()) as object, aborted };
}

describe('the storefront', () => {
  it('combines three services', async () => {
    expect(await page({})).toMatchObject({
      status: 200,
      json: {
        product: { name: 'products/cup', title: 'Tasse' },
        price: { currencyCode: 'EUR', units: '12', nanos: 500_000_000 },
        stock: { available: '7', byWarehouse: { 'warehouses/lodz': '7' } },
        missing: [],
      },
    });
  });

  it.each<[string, Readonly<Record<string, Answer | typeof late>>, number, object[]]>([
    ['a failed part', { GetPrice: fails(14) }, 200, [{ part: 'price', reason: 'UNAVAILABLE' }]],
    ['a late part', { GetAvailability: late }, 200, [{ part: 'stock', reason: 'DEADLINE_EXCEEDED' }]],
    [
      'two parts, the product among them',
      { GetProduct: fails(13), GetPrice: late },
      200,
      [
        { part: 'product', reason: 'INTERNAL' },
        { part: 'price', reason: 'DEADLINE_EXCEEDED' },
      ],
    ],
    [
      'an error without a code',
      { GetPrice: () => Promise.reject(new Error('odd')) },
      200,
      [{ part: 'price', reason: 'UNKNOWN' }],
    ],
    [
      'everything',
      { GetProduct: fails(14), GetPrice: fails(14), GetAvailability: fails(14) },
      503,
      ['product', 'price', 'stock'].map((part) => ({ part, reason: 'UNAVAILABLE' })),
    ],
  ])('notes what is missing: %s', async (_, answers, status, missing) => {
    const answer = await page(answers);
    expect(answer).toMatchObject({ status, json: { missing } });
    expect(Object.keys(answer.json)).toHaveLength(4 - missing.length);
  });

  it('cancels the call of a late part', async () => {
    expect((await page({ GetPrice: late })).aborted).toEqual(['GetPrice']);
  });

  it('answers 404 for a product that does not exist, whatever the others say', async () => {
    expect(await page({ GetProduct: fails(5), GetPrice: fails(14) })).toMatchObject({
      status: 404,
      json: { code: 5 },
    });
  });

  it('answers 400 for a currency that is none', async () => {
    expect((await page({}, '?currency=eur/..')).status).toBe(400);
  });
});
