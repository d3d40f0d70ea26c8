import { arePlain, type Cursor, isPlain, reserve } from './cursor.js';

// Typed arrays are read through `as number` here: the cursor's padding keeps every index inside.

/** 0 for bytes that stand in a JSON string as they are. */
const escaped = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 32 || byte === 34 || byte === 92 ? 1 : 0,
);

/** Letters of the short escapes, 0 where there is none (RFC 8259, section 7). */
const letters = Uint8Array.from({ length: 256 }, (_, byte) => {
  const short: Readonly<Record<number, number>> = {
    8: 98,
    9: 116,
    10: 110,
    12: 102,
    13: 114,
    34: 34,
    92: 92,
  };
  return short[byte] ?? 0;
});

/**
 * Prints the UTF-8 from `from` to `stop` as a JSON string; makes room for it. Whether it is UTF-8 is
 * asked once, of the whole output.
 */
export function printString(s: Cursor, from: number, stop: number, at: number): number {
  reserve(s, at, (stop - from) * 6 + 2);
  const { bv, ov } = s;
  let i = from;
  let q = at;
  let seen = s.seen;
  s.o[q++] = 34;
  for (; i + 16 <= stop; i += 16, q += 16) {
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
  }
  for (; i < stop; i += 4, q += 4) {
    let word = bv.getInt32(i, true);
    // Of the last word what is beyond the end counts as blanks, which are overwritten.
    if (i + 4 > stop) {
      const beyond = -1 << ((stop - i) << 3);
      word = (word & ~beyond) | (0x20202020 & beyond);
    }
    if (!isPlain(word)) {
      s.seen = seen;
      q = printEscaped(s, i, stop, q);
      s.o[q] = 34;
      return q + 1;
    }
    ov.setInt32(q, word, true);
    seen |= word;
  }
  s.seen = seen;
  // Of the last word that many bytes were none of the string.
  q -= i - stop;
  s.o[q] = 34;
  return q + 1;
}

/** What is left of a string in which something is to be escaped. Returns where it ends in the output. */
function printEscaped(s: Cursor, from: number, stop: number, at: number): number {
  const { b, bv, o, ov } = s;
  let i = from;
  let q = at;
  let seen = 0;
  while (i < stop) {
    const c = b[i++] as number;
    seen |= c;
    if (escaped[c] === 0) o[q++] = c;
    else q = printEscape(o, q, c);
    for (; i + 4 <= stop; i += 4, q += 4) {
      const word = bv.getInt32(i, true);
      if (!isPlain(word)) break;
      ov.setInt32(q, word, true);
      seen |= word;
    }
  }
  s.seen |= seen;
  return q;
}

function printEscape(o: Uint8Array, at: number, c: number): number {
  let q = at;
  o[q++] = 92;
  const letter = letters[c] as number;
  if (letter !== 0) {
    o[q++] = letter;
    return q;
  }
  o[q++] = 117;
  o[q++] = 48;
  o[q++] = 48;
  o[q++] = 48 + (c >> 4);
  const low = c & 15;
  o[q++] = low < 10 ? 48 + low : 87 + low;
  return q;
}

/** Prints a JavaScript string as a JSON string; makes room for it. */
export function printText(s: Cursor, text: string, at: number): number {
  const json = Buffer.from(JSON.stringify(text), 'utf8');
  reserve(s, at, json.length);
  s.o.set(json, at);
  return at + json.length;
}
