import type { NegotiatePriceRequest, NegotiatePriceResponse } from '../../gen/ts/shop/pricing/v1/pricing.js';
import { money, nanosOf, scaled } from './money.js';
import { failedPrecondition, invalid } from './problem.js';

/** The shop goes no lower. */
const lowestShare = 0.85;
const patience = 5;

/** PricingService.NegotiatePrice: the shop meets each offer half way until it accepts, or has heard five. */
export async function* negotiate(
  requests: AsyncIterable<NegotiatePriceRequest>,
  priceOf: (product: string, currency: string) => bigint,
): AsyncGenerator<NegotiatePriceResponse> {
  let product = '';
  let asked: bigint | undefined;
  let heard = 0;
  for await (const { product: named, offer } of requests) {
    product = named === '' ? product : named;
    if (product === '') throw invalid('product', 'must be given in the first message');
    if (offer === undefined) throw invalid('offer', 'must be given');
    heard += 1;
    const { currencyCode } = offer;
    const price = priceOf(product, currencyCode);
    const lowest = scaled(currencyCode, price, lowestShare);
    asked ??= price;
    if (nanosOf(offer) >= asked || nanosOf(offer) >= scaled(currencyCode, price, 0.95)) {
      yield { reply: { $case: 'accepted', accepted: offer }, remark: 'Sold.' };
      return;
    }
    if (heard === patience) throw failedPrecondition('PATIENCE', product, 'the shop will not haggle longer');
    const middle = scaled(currencyCode, asked + nanosOf(offer), 0.5);
    asked = middle;
    if (asked < lowest) asked = lowest;
    yield {
      reply: { $case: 'counterOffer', counterOffer: money(currencyCode, asked) },
      remark: asked === lowest ? 'Not a cent less.' : 'Let us meet half way.',
    };
  }
}
