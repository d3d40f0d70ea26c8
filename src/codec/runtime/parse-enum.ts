import { type Cursor, refused } from './cursor.js';
import { nullWord } from './json-structure.js';
import { int32 } from './parse-number.js';
import { text } from './parse-string.js';

/** No enum value: what a name that is to be ignored reads as. Beyond every int32. */
export const unknownName = 2147483648;

/** Names and numbers of an enum. */
export interface EnumValues {
  readonly byName: ReadonlyMap<string, number>;
  /** Whether numbers without a name are values too. */
  readonly open: boolean;
  readonly numbers: ReadonlySet<number>;
  /** google.protobuf.NullValue, whose JSON is null. */
  readonly isNull: boolean;
}

/** From the name of `l` bytes at `k` to its number, or unknownName. */
export type EnumLookup = (s: Cursor, k: number, l: number) => number;

/** Reads an enum value: a name, a number, or null where that is one. */
export function enumValue(s: Cursor, values: EnumValues, lookUp: EnumLookup, ignoreUnknown: boolean): number {
  const b = s.b;
  if (b[s.i] === 34) {
    const start = s.i + 1;
    let i = start;
    let c = b[i] as number;
    while (c > 34 && c < 128 && c !== 92) c = b[++i] as number;
    if (c === 34) {
      s.i = i + 1;
      return known(lookUp(s, start, i - start), ignoreUnknown);
    }
    return known(values.byName.get(text(s)) ?? unknownName, ignoreUnknown);
  }
  if (b[s.i] === 110 && values.isNull) {
    nullWord(s);
    return 0;
  }
  const number = int32(s);
  if (!values.open && !values.numbers.has(number)) throw refused;
  return number;
}

function known(number: number, ignoreUnknown: boolean): number {
  if (number === unknownName && !ignoreUnknown) throw refused;
  return number;
}
