/** 10^0 to 10^22: those that a double holds exactly. */
export const powers: Float64Array = Float64Array.from({ length: 23 }, (_, exponent) =>
  Number(`1e${exponent}`),
);

/** Veltkamp's constant: splits a double of 53 bits into two halves, whose products are exact. */
const splitter = 2 ** 27 + 1;

/** The upper half of a double; the rest is the lower. */
export function upperHalf(value: number): number {
  const scaled = splitter * value;
  return scaled - (scaled - value);
}

export const powersUpper: Float64Array = powers.map(upperHalf);
export const powersLower: Float64Array = powers.map(
  (power, exponent) => power - (powersUpper[exponent] as number),
);

/**
 * What `product`, which is `value` * 10^`exponent` rounded, lacks of the exact product (Dekker). The
 * halves of the value are the caller's, who may have more than one use for them.
 */
export function productError(product: number, upper: number, lower: number, exponent: number): number {
  const powerUpper = powersUpper[exponent] as number;
  const powerLower = powersLower[exponent] as number;
  return lower * powerLower - (product - upper * powerUpper - lower * powerUpper - upper * powerLower);
}
