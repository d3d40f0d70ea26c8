import { ScalarType } from '@bufbuild/protobuf';
import { type Cursor, refused } from './cursor.js';
import { text } from './parse-string.js';
import { scalarFromText } from './scalar.js';
import { close } from './wire-writer.js';

// Typed arrays are read through `as number` here: the cursor's padding keeps every index inside.

/** Digits of both base64 alphabets (RFC 4648), 64 for anything else. */
const base64 = Uint8Array.from({ length: 256 }, (_, byte) => {
  const at = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_'.indexOf(
    String.fromCharCode(byte),
  );
  return at < 0 ? 64 : at < 64 ? at : at - 2;
});

/** Reads base64 in either alphabet, padded or not, and writes the bytes behind their length. */
export function bytes(s: Cursor): void {
  const b = s.b;
  let i = s.i;
  if (b[i] !== 34) throw refused;
  const start = ++i;
  const o = s.o;
  const at = s.q;
  let q = at + 1;
  for (;;) {
    const w = base64[b[i] as number] as number;
    if (w > 63) break;
    const x = base64[b[i + 1] as number] as number;
    if (x > 63) {
      // One digit is never enough; but an escape may hide others.
      slowBytes(s, at);
      return;
    }
    const y = base64[b[i + 2] as number] as number;
    if (y > 63) {
      o[q++] = (w << 2) | (x >> 4);
      i += 2;
      break;
    }
    const z = base64[b[i + 3] as number] as number;
    o[q++] = (w << 2) | (x >> 4);
    o[q++] = (x << 4) | (y >> 2);
    if (z > 63) {
      i += 3;
      break;
    }
    o[q++] = (y << 6) | z;
    i += 4;
  }
  let c = b[i] as number;
  if (c === 92) {
    slowBytes(s, at);
    return;
  }
  if (c === 61) {
    while (c === 61) c = b[++i] as number;
    const digits = i - start;
    if (digits % 4 !== 0 || b[i - 3] === 61) throw refused;
  }
  if (c !== 34) throw refused;
  s.i = i + 1;
  s.q = q;
  close(s, at);
}

/** Base64 with JSON escapes in it. */
function slowBytes(s: Cursor, at: number): void {
  const value = scalarFromText(ScalarType.BYTES, text(s));
  if (!(value instanceof Uint8Array)) throw refused;
  s.o.set(value, at + 1);
  s.q = at + 1 + value.length;
  close(s, at);
}
