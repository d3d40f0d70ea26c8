import { type Cursor, refused } from './cursor.js';
import { key, moreElements, moreMembers, nullWord, openArray, openObject } from './json-structure.js';
import { text } from './parse-string.js';

/** Skips a JSON value of any kind; equal keys in an object are refused, as everywhere. */
export function skipValue(s: Cursor): void {
  const c = s.b[s.i] as number;
  switch (c) {
    case 123:
      if (!openObject(s)) return;
      {
        const keys = new Set<string>();
        do {
          rememberKey(s, keys, key(s));
          skipValue(s);
        } while (moreMembers(s));
      }
      return;
    case 91:
      if (!openArray(s)) return;
      do skipValue(s);
      while (moreElements(s));
      return;
    case 34:
      text(s);
      return;
    case 110:
      nullWord(s);
      return;
    case 116:
    case 102:
      skipBool(s);
      return;
    default:
      jsonNumber(s);
  }
}

function skipBool(s: Cursor): void {
  const word = s.b[s.i] === 116 ? 'true' : 'false';
  if (s.b.toString('latin1', s.i, s.i + word.length) !== word) throw refused;
  s.i += word.length;
}

const number = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

/** Reads a number as JSON writes it; it may be beyond any range. */
export function jsonNumber(s: Cursor): number {
  let i = s.i;
  for (;;) {
    const c = s.b[i] as number;
    if ((c >= 48 && c <= 57) || c === 45 || c === 43 || c === 46 || (c | 32) === 101) i++;
    else break;
  }
  const found = s.b.toString('latin1', s.i, i);
  if (!number.test(found)) throw refused;
  s.i = i;
  return Number(found);
}

function rememberKey(s: Cursor, keys: Set<string>, length: number): void {
  const name = s.b.toString('latin1', s.k, s.k + length);
  if (keys.has(name)) throw refused;
  keys.add(name);
}

/** Drops a member of an object that has no such field; equal keys are refused even so. */
export function ignoreMember(s: Cursor, length: number, earlier: Set<string> | undefined): Set<string> {
  const keys = earlier ?? new Set<string>();
  rememberKey(s, keys, length);
  skipValue(s);
  return keys;
}
