import { type Cursor, reserve } from './cursor.js';

// Typed arrays are read through `as number` here: the cursor's padding keeps every index inside.

const base64 = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', 'latin1');

/** Prints the bytes from `from` to `stop` as base64 with padding (RFC 4648, section 4); makes room for it. */
export function printBytes(s: Cursor, from: number, stop: number, at: number): number {
  reserve(s, at, Math.ceil((stop - from) / 3) * 4 + 2);
  const { b, o } = s;
  let i = from;
  let q = at;
  o[q++] = 34;
  for (; i + 2 < stop; i += 3) {
    const n = ((b[i] as number) << 16) | ((b[i + 1] as number) << 8) | (b[i + 2] as number);
    o[q] = base64[n >> 18] as number;
    o[q + 1] = base64[(n >> 12) & 63] as number;
    o[q + 2] = base64[(n >> 6) & 63] as number;
    o[q + 3] = base64[n & 63] as number;
    q += 4;
  }
  if (i < stop) {
    const two = i + 1 < stop;
    const n = ((b[i] as number) << 16) | (two ? (b[i + 1] as number) << 8 : 0);
    o[q++] = base64[n >> 18] as number;
    o[q++] = base64[(n >> 12) & 63] as number;
    o[q++] = two ? (base64[(n >> 6) & 63] as number) : 61;
    o[q++] = 61;
  }
  o[q++] = 34;
  return q;
}
