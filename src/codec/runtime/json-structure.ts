import { type Cursor, escapedKey, isPlain, plainBytes, refused } from './cursor.js';

// Typed arrays are read through `as number` here: the cursor's padding keeps every index inside.

/** Skips blanks (RFC 8259, section 2) and returns the byte that follows. */
export function space(s: Cursor): number {
  const b = s.b;
  let c = b[s.i] as number;
  while (c === 32 || c === 10 || c === 13 || c === 9) c = b[++s.i] as number;
  return c;
}

/** Enters an object: true when it has members, and then stands at the first key. */
export function openObject(s: Cursor): boolean {
  return open(s, 123, 125);
}

/** Enters an array: true when it has elements, and then stands at the first. */
export function openArray(s: Cursor): boolean {
  return open(s, 91, 93);
}

function open(s: Cursor, bracket: number, closing: number): boolean {
  if (s.b[s.i] !== bracket || s.level >= s.depthMax) throw refused;
  s.i++;
  if (space(s) === closing) {
    s.i++;
    return false;
  }
  s.level++;
  return true;
}

/** After a member: true when another follows, and then stands at its key. */
export function moreMembers(s: Cursor): boolean {
  return more(s, 125);
}

/** After an element: true when another follows, and then stands at it. */
export function moreElements(s: Cursor): boolean {
  return more(s, 93);
}

function more(s: Cursor, closing: number): boolean {
  const c = space(s);
  if (c === 44) {
    s.i++;
    if ((s.b[s.i] as number) <= 32) space(s);
    return true;
  }
  if (c !== closing) throw refused;
  s.i++;
  s.level--;
  return false;
}

/** 1 for bytes that end or interrupt the plain part of a string. */
export const special = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 32 || byte === 34 || byte === 92 ? 1 : 0,
);

/** Reads a key and its colon, and stands at the value. The key is at `s.k`; returns its length in bytes. */
export function key(s: Cursor): number {
  const { b, bv } = s;
  let i = s.i;
  if (b[i] !== 34) throw refused;
  const start = ++i;
  let seen = s.seen;
  for (;;) {
    const word = bv.getInt32(i, true);
    if (isPlain(word)) {
      seen |= word;
      i += 4;
      continue;
    }
    const plain = plainBytes(word);
    seen |= word & ((1 << (plain << 3)) - 1);
    i += plain;
    const c = b[i] as number;
    if (c === 34) break;
    if (c === 92 && s.canonical) i += 2;
    else throw c === 92 ? escapedKey : refused;
  }
  s.seen = seen;
  s.k = start;
  s.i = i + 1;
  if (b[i + 1] !== 58 && space(s) !== 58) throw refused;
  s.i++;
  if ((b[s.i] as number) <= 32) space(s);
  return i - start;
}

/** Reads `null`. */
export function nullWord(s: Cursor): void {
  if (s.bv.getInt32(s.i, true) !== 0x6c6c756e) throw refused;
  s.i += 4;
}

/** For emitted code, which knows no imports. */
export function refuse(): never {
  throw refused;
}
