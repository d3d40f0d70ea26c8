import type { Cursor } from './cursor.js';

/** Up to so many keys each new one is compared with all; beyond, they go into a Set. */
const comparedMax = 16;

/**
 * Whether the bytes `start` to `end` equal a key that was added to the same map before; adds them.
 * `base` is `s.keyCount` from when the map began, `bytes` holds all of its keys.
 */
export function repeatsKey(s: Cursor, bytes: Buffer, base: number, start: number, end: number): boolean {
  const { keys, keyCount } = s;
  if (keyCount - base >= 2 * comparedMax) return repeatsAmongMany(s, bytes, base, start, end);
  const length = end - start;
  for (let at = base; at < keyCount; at += 2) {
    const other = keys[at] as number;
    if ((keys[at + 1] as number) - other === length && equal(bytes, other, start, length)) return true;
  }
  keys[keyCount] = start;
  keys[keyCount + 1] = end;
  s.keyCount = keyCount + 2;
  return false;
}

/** Ends the map that began at `base`. */
export function dropKeys(s: Cursor, base: number): void {
  s.keyCount = base;
  if (s.keySets.size > 0) s.keySets.delete(base);
}

function equal(bytes: Uint8Array, a: number, b: number, length: number): boolean {
  for (let n = length - 1; n >= 0; n--) if (bytes[a + n] !== bytes[b + n]) return false;
  return true;
}

function repeatsAmongMany(s: Cursor, bytes: Buffer, base: number, start: number, end: number): boolean {
  let set = s.keySets.get(base);
  if (set === undefined) {
    set = new Set();
    for (let at = base; at < s.keyCount; at += 2)
      set.add(bytes.toString('latin1', s.keys[at] as number, s.keys[at + 1] as number));
    s.keySets.set(base, set);
  }
  const key = bytes.toString('latin1', start, end);
  if (set.has(key)) return true;
  set.add(key);
  return false;
}
