import type { Cursor } from './cursor.js';
import { tableRepeats } from './key-table.js';

/** Up to so many keys each new one is compared with all; beyond, they go into a table. */
const comparedMax = 16;

/**
 * Whether the bytes `start` to `end` equal a key that was added to the same map before; adds them.
 * `base` is `s.keyCount` from when the map began, `bytes` holds all of its keys.
 */
export function repeatsKey(s: Cursor, bytes: Buffer, base: number, start: number, end: number): boolean {
  const { keys, keyCount } = s;
  if (keyCount - base >= 2 * comparedMax) {
    if (repeatsAmongMany(s, bytes, base, start, end)) return true;
  } else {
    const length = end - start;
    for (let at = base; at < keyCount; at += 2) {
      const other = keys[at] as number;
      if ((keys[at + 1] as number) - other === length && equal(bytes, other, start, length)) return true;
    }
  }
  keys[keyCount] = start;
  keys[keyCount + 1] = end;
  s.keyCount = keyCount + 2;
  return false;
}

/** Ends the map that began at `base`. */
export function dropKeys(s: Cursor, base: number): void {
  s.keyCount = base;
  if (s.keyTables.size > 0) s.keyTables.delete(base);
}

/** Forgets the last key of a map: its entry is dropped. */
export function forgetKey(s: Cursor, base: number): void {
  s.keyCount -= 2;
  // A table holds no way back: it is made again for the next key.
  s.keyTables.delete(base);
}

function equal(bytes: Uint8Array, a: number, b: number, length: number): boolean {
  for (let n = length - 1; n >= 0; n--) if (bytes[a + n] !== bytes[b + n]) return false;
  return true;
}

function repeatsAmongMany(s: Cursor, bytes: Buffer, base: number, start: number, end: number): boolean {
  let table = s.keyTables.get(base);
  if (table === undefined) {
    // The slots are made from the keys at once, since so many do not fit in none.
    table = { slots: new Int32Array(0), count: (s.keyCount - base) / 2, text: undefined };
    s.keyTables.set(base, table);
  }
  return tableRepeats(table, bytes, s.keys, base, start, end);
}
