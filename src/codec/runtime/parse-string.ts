import { arePlain, type Cursor, isPlain, plainBytes, refused, sawBeyondAscii } from './cursor.js';
import { special } from './json-structure.js';
import { close } from './wire-writer.js';

// Typed arrays are read through `as number` here: the cursor's padding keeps every index inside.

/** Reads a string and writes it behind its length. */
export function string(s: Cursor): void {
  if (s.b[s.i] !== 34) throw refused;
  s.i++;
  const at = s.q++;
  while (!plainPart(s)) readEscape(s);
  close(s, at);
}

/** Copies up to the closing quote, and behind it: true; or up to a backslash: false. */
function plainPart(s: Cursor): boolean {
  const { b, bv, ov } = s;
  let { i, q, seen } = s;
  for (;;) {
    const first = bv.getInt32(i, true);
    const second = bv.getInt32(i + 4, true);
    const third = bv.getInt32(i + 8, true);
    const fourth = bv.getInt32(i + 12, true);
    if (!arePlain(first, second, third, fourth)) break;
    ov.setInt32(q, first, true);
    ov.setInt32(q + 4, second, true);
    ov.setInt32(q + 8, third, true);
    ov.setInt32(q + 12, fourth, true);
    seen |= first | second | third | fourth;
    i += 16;
    q += 16;
  }
  let word = bv.getInt32(i, true);
  for (; isPlain(word); word = bv.getInt32(i, true)) {
    ov.setInt32(q, word, true);
    seen |= word;
    i += 4;
    q += 4;
  }
  // What stopped it is among these four; what is written behind it will be overwritten.
  ov.setInt32(q, word, true);
  const plain = plainBytes(word);
  seen |= word & ((1 << (plain << 3)) - 1);
  i += plain;
  q += plain;
  const c = b[i] as number;
  s.seen = seen;
  s.q = q;
  if (c === 34) {
    s.i = i + 1;
    return true;
  }
  if (c !== 92) throw refused;
  s.i = i;
  return false;
}

/** Bytes of the short escapes by their letter, 0 where there is none. */
const shortEscapes = Uint8Array.from({ length: 256 }, (_, letter) => {
  const at = 'bfnrt"\\/'.indexOf(String.fromCharCode(letter));
  return at < 0 ? 0 : ([8, 12, 10, 13, 9, 34, 92, 47][at] ?? 0);
});

/** Reads one escape and writes its UTF-8. Half of a surrogate pair is refused. */
function readEscape(s: Cursor): void {
  const letter = s.b[s.i + 1] as number;
  if (letter !== 117) {
    const byte = shortEscapes[letter] as number;
    if (byte === 0) throw refused;
    s.o[s.q++] = byte;
    s.i += 2;
    return;
  }
  let point = fourHex(s, s.i + 2);
  s.i += 6;
  if (point >= 0xd800 && point < 0xe000) {
    if (point > 0xdbff || s.b[s.i] !== 92 || s.b[s.i + 1] !== 117) throw refused;
    const low = fourHex(s, s.i + 2);
    if (low < 0xdc00 || low > 0xdfff) throw refused;
    s.i += 6;
    point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
  }
  writePoint(s, point);
}

function fourHex(s: Cursor, at: number): number {
  let value = 0;
  for (let n = 0; n < 4; n++) {
    const c = s.b[at + n] as number;
    const digit = c >= 48 && c <= 57 ? c - 48 : (c | 32) >= 97 && (c | 32) <= 102 ? (c | 32) - 87 : -1;
    if (digit < 0) throw refused;
    value = value * 16 + digit;
  }
  return value;
}

function writePoint(s: Cursor, point: number): void {
  const o = s.o;
  if (point < 0x80) o[s.q++] = point;
  else if (point < 0x800) {
    o[s.q++] = 0xc0 | (point >> 6);
    o[s.q++] = 0x80 | (point & 63);
  } else {
    if (point < 0x10000) o[s.q++] = 0xe0 | (point >> 12);
    else {
      o[s.q++] = 0xf0 | (point >> 18);
      o[s.q++] = 0x80 | ((point >> 12) & 63);
    }
    o[s.q++] = 0x80 | ((point >> 6) & 63);
    o[s.q++] = 0x80 | (point & 63);
  }
}

/** Reads a string as text. For what is rare, or short. */
export function text(s: Cursor): string {
  const start = s.i;
  if (s.b[start] !== 34) throw refused;
  let i = start + 1;
  let plain = true;
  for (;;) {
    const c = s.b[i] as number;
    if (special[c] === 0) {
      s.seen |= c;
      i++;
    } else if (c === 34) break;
    else if (c === 92) {
      plain = false;
      i += 2;
    } else throw refused;
  }
  if (i >= s.end) throw refused;
  s.i = i + 1;
  if (plain) return !sawBeyondAscii(s) ? s.b.latin1Slice(start + 1, i) : s.b.toString('utf8', start + 1, i);
  try {
    const value: unknown = JSON.parse(s.b.toString('utf8', start, i + 1));
    if (typeof value === 'string' && !/\p{Surrogate}/u.test(value)) return value;
  } catch {
    // No valid escape.
  }
  throw refused;
}
