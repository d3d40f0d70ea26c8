import { randomBytes } from 'node:crypto';

/** A hash table of the keys of one map: places in its list of keys. */
export interface KeyTable {
  /** Place of a key plus 1, or 0; as long as a power of two. */
  slots: Int32Array;
  count: number;
  /** Keys as text, once so many fell together that somebody must have chosen them. */
  text: Set<string> | undefined;
}

/** Nobody can choose keys that fall together without knowing it. */
const seed = randomBytes(4).readInt32LE(0);

/** So many steps from its slot a key may be found. */
const stepsMax = 48;

/** Whether bytes equal a key of the table; adds them. Keys are pairs of start and end from `base` on in `keys`. */
export function tableRepeats(
  table: KeyTable,
  bytes: Buffer,
  keys: readonly number[],
  base: number,
  start: number,
  end: number,
): boolean {
  if (table.text === undefined) {
    if (table.count * 2 >= table.slots.length) rebuild(table, bytes, keys, base);
    const found = probe(table, bytes, keys, base, start, end);
    if (found !== undefined) return found;
    table.text = new Set();
    for (let n = 0; n < table.count; n++)
      table.text.add(
        bytes.toString('latin1', keys[base + 2 * n] as number, keys[base + 2 * n + 1] as number),
      );
  }
  const text = bytes.toString('latin1', start, end);
  if (table.text.has(text)) return true;
  table.text.add(text);
  table.count++;
  return false;
}

/** Undefined after too many steps. */
function probe(
  table: KeyTable,
  bytes: Buffer,
  keys: readonly number[],
  base: number,
  start: number,
  end: number,
): boolean | undefined {
  const { slots } = table;
  const mask = slots.length - 1;
  let slot = hash(bytes, start, end) & mask;
  for (let step = 0; step < stepsMax; step++) {
    const place = slots[slot] as number;
    if (place === 0) {
      slots[slot] = ++table.count;
      return false;
    }
    const other = keys[base + 2 * place - 2] as number;
    if ((keys[base + 2 * place - 1] as number) - other === end - start && equal(bytes, other, start, end))
      return true;
    slot = (slot + 1) & mask;
  }
  return undefined;
}

function rebuild(table: KeyTable, bytes: Buffer, keys: readonly number[], base: number): void {
  const { count } = table;
  table.slots = new Int32Array(Math.max(64, table.slots.length * 4));
  table.count = 0;
  for (let n = 0; n < count; n++)
    probe(table, bytes, keys, base, keys[base + 2 * n] as number, keys[base + 2 * n + 1] as number);
  // One that found no place among so many free ones: the text decides from now on.
  if (table.count < count) table.count = count;
}

function equal(bytes: Uint8Array, a: number, b: number, bEnd: number): boolean {
  for (let n = bEnd - b - 1; n >= 0; n--) if (bytes[a + n] !== bytes[b + n]) return false;
  return true;
}

function hash(bytes: Uint8Array, start: number, end: number): number {
  let h = seed;
  for (let at = start; at < end; at++) {
    h = Math.imul(h ^ (bytes[at] as number), 0x5bd1e995);
    h ^= h >>> 15;
  }
  h = Math.imul(h ^ (h >>> 13), 0x5bd1e995);
  return h ^ (h >>> 16);
}
