import { type Cursor, reserve } from './cursor.js';
import { readEnd } from './wire-reader.js';

// Typed arrays are read through `as number` here: the cursor's padding keeps every index inside.

const base64 = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', 'latin1');

/** Prints a length and bytes as base64 with padding (RFC 4648, section 4). */
export function printBytes(s: Cursor, end: number): void {
  const stop = readEnd(s, end);
  const b = s.b;
  let i = s.i;
  reserve(s, Math.ceil((stop - i) / 3) * 4 + 2);
  const o = s.o;
  let q = s.q;
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
  s.q = q;
  s.i = stop;
}
