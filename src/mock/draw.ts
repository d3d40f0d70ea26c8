import { createHash } from 'node:crypto';

/** Choices that follow from a text: the same in every process and on every machine. */
export interface Draw {
  /** From 0 up to, not including, 1. */
  unit(): number;
  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number;
  /** One of these. Throws RangeError where there are none. */
  pick<T>(values: readonly T[]): T;
  /** So many digits of base 16. */
  hex(digits: number): string;
  /** Choices for a part, which are its own whatever is chosen elsewhere. */
  of(part: string): Draw;
}

export function drawing(seed: string): Draw {
  const digest = createHash('sha256').update(seed).digest();
  let [a, b, c, d] = [0, 4, 8, 12].map((at) => digest.readInt32LE(at)) as [number, number, number, number];
  // sfc32: small, fast, and arithmetic of 32 bits, which is the same everywhere.
  const next = (): number => {
    const sum = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 12; round++) next();
  const unit = (): number => next() / 0x1_0000_0000;
  const whole = (low: number, high: number): number => low + Math.floor(unit() * (high - low + 1));
  return {
    unit,
    whole,
    pick<T>(values: readonly T[]): T {
      if (values.length === 0) throw new RangeError('nothing to choose from');
      return values[whole(0, values.length - 1)] as T;
    },
    hex: (digits) => Array.from({ length: digits }, () => whole(0, 15).toString(16)).join(''),
    of: (part) => drawing(`${digest.toString('base64')}\n${part}`),
  };
}
