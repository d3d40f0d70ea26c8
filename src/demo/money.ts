import type { Money } from '../../gen/ts/google/type/money.js';
import { invalid } from './problem.js';

const nanosPerUnit = 1_000_000_000n;

/** What one euro is worth. */
export const ratesPerEuro: ReadonlyMap<string, number> = new Map([
  ['EUR', 1],
  ['USD', 1.08],
  ['JPY', 162.5],
  ['BRL', 5.4],
  ['PLN', 4.3],
]);

/** An amount of whole nanos: `money('EUR', 12_500_000_000n)` is 12.50 EUR. */
export function money(currencyCode: string, nanos: bigint): Money {
  return { currencyCode, units: nanos / nanosPerUnit, nanos: Number(nanos % nanosPerUnit) };
}

/** The amount in nanos; an absent one is 0. */
export function nanosOf(amount: Money | undefined): bigint {
  return amount === undefined ? 0n : amount.units * nanosPerUnit + BigInt(amount.nanos);
}

/** A part of an amount, rounded to what the currency can pay: yen have no hundredths. */
export function scaled(currencyCode: string, nanos: bigint, factor: number): bigint {
  const step = currencyCode === 'JPY' ? nanosPerUnit : nanosPerUnit / 100n;
  // Six digits of the factor are enough for rates and percents, and keep the product exact.
  const exact = nanos * BigInt(Math.round(factor * 1_000_000));
  const divisor = step * 1_000_000n;
  return ((exact + divisor / 2n) / divisor) * step;
}

/** Euros in another currency. Throws INVALID_ARGUMENT for one in which the shop does not trade. */
export function fromEuro(euros: bigint, currencyCode: string, field: string): Money {
  const rate = ratesPerEuro.get(currencyCode);
  if (rate === undefined) {
    throw invalid(field, `must be one of ${[...ratesPerEuro.keys()].join(', ')}`);
  }
  return money(currencyCode, scaled(currencyCode, euros, rate));
}
