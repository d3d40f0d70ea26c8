import type { Projection } from '../projection.js';
import { type Cursor, disorder, reserve } from './cursor.js';
import { printInteger } from './print-integer.js';

// Typed arrays are read through `as number` here: the cursor's padding keeps every index inside.

/** Names of an enum's values as JSON, quotes included; those from 0 to 63 without a lookup. */
export interface EnumNames {
  readonly low: readonly (Uint8Array | undefined)[];
  readonly all: ReadonlyMap<number, Uint8Array>;
}

/** Prints the name of an enum value, or its number if it has none. */
export function printEnum(s: Cursor, names: EnumNames, value: number): void {
  const name = value >= 0 && value < 64 ? names.low[value] : names.all.get(value);
  if (name === undefined) {
    printInteger(s, value);
    return;
  }
  reserve(s, name.length);
  const o = s.o;
  let q = s.q;
  for (let at = 0; at < name.length; at++) o[q++] = name[at] as number;
  s.q = q;
}

/** Ends an object that began at `start` with a comma, or not at all. */
export function closeObject(s: Cursor, start: number): void {
  reserve(s, 2);
  if (s.q === start) s.q++;
  s.o[start] = 123;
  s.o[s.q++] = 125;
}

/** Ends a list or map: the last comma becomes the bracket. False, and nothing printed, when it has no elements. */
export function closeItems(s: Cursor, opened: number, bracket: number): boolean {
  if (s.q === opened) return false;
  s.o[s.q - 1] = bracket;
  return true;
}

/** Defaults of fields without presence, as `,"name":value`, in order of their numbers. */
export type Defaults = readonly { readonly number: number; readonly json: Uint8Array }[];

/**
 * Prints the defaults from `at` on of fields below `number`, those that are wanted; returns the
 * place of the next to look at.
 */
export function printDefaults(
  s: Cursor,
  defaults: Defaults,
  from: number,
  number: number,
  wanted?: Projection,
): number {
  let at = from;
  for (; at < defaults.length; at++) {
    const entry = defaults[at];
    if (entry === undefined || entry.number >= number) {
      return entry !== undefined && entry.number === number ? at + 1 : at;
    }
    if (wanted?.has(entry.number) === false) continue;
    reserve(s, entry.json.length);
    s.o.set(entry.json, s.q);
    s.q += entry.json.length;
  }
  return at;
}

/** For emitted code, which knows no imports. */
export function throwDisorder(): never {
  throw disorder;
}
