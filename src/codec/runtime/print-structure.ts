import type { Projection } from '../projection.js';
import { type Cursor, disorder, reserve } from './cursor.js';
import { integerRoom, printInteger } from './print-integer.js';

// Typed arrays are read through `as number` here: the cursor's padding keeps every index inside.

/** Names of an enum's values as JSON, quotes included; those from 0 to 63 without a lookup. */
export interface EnumNames {
  readonly low: readonly (Uint8Array | undefined)[];
  readonly all: ReadonlyMap<number, Uint8Array>;
}

/** Prints the name of an enum value, or its number if it has none; makes room for it. */
export function printEnum(s: Cursor, names: EnumNames, value: number, at: number): number {
  const name = value >= 0 && value < 64 ? names.low[value] : names.all.get(value);
  if (name === undefined) {
    reserve(s, at, integerRoom);
    return printInteger(s, value, at);
  }
  const length = name.length;
  reserve(s, at, length);
  const o = s.o;
  for (let n = 0; n < length; n++) o[at + n] = name[n] as number;
  return at + length;
}

/** Ends an object that began at `start` with a comma, or not at all. */
export function closeObject(s: Cursor, start: number, q: number): number {
  reserve(s, q, 2);
  const { o } = s;
  o[start] = 123;
  const last = q === start ? q + 1 : q;
  o[last] = 125;
  return last + 1;
}

/** Defaults of fields without presence, as `,"name":value`, in order of their numbers. */
export type Defaults = readonly { readonly number: number; readonly json: Uint8Array }[];

/**
 * Prints at `s.q` the defaults from `at` on of fields below `number`, those that are wanted; returns
 * the place of the next to look at.
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
    reserve(s, s.q, entry.json.length);
    s.o.set(entry.json, s.q);
    s.q += entry.json.length;
  }
  return at;
}

/** For emitted code, which knows no imports. */
export function throwDisorder(): never {
  throw disorder;
}
