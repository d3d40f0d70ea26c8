import type { DescMessage, Registry } from '@bufbuild/protobuf';
import { type Cursor, refused } from './cursor.js';
import { key, moreElements, moreMembers, nullWord, openArray, openObject } from './json-structure.js';
import { dropKeys, repeatsKey } from './key-spans.js';
import { bool } from './parse-number.js';
import { ignoreMember, jsonNumber, skipValue } from './parse-skip.js';
import { string, text } from './parse-string.js';
import {
  hasOwnJsonForm,
  parseDuration,
  parseFieldMask,
  parseTimestamp,
  type SecondsNanos,
} from './well-known.js';
import { close, writeDouble, writeInt32, writeVarint64 } from './wire-writer.js';

/**
 * Reads the JSON value at `s.i` and writes the message, without tag and length. `any` is 1 when the
 * value is the object of an Any, whose "@type" is nobody's field. Throws `refused` and `escapedKey`.
 */
export type ParseFunction = (s: Cursor, depth: number, any: number) => void;

/** Refuses a message below the limit. */
export function enter(s: Cursor, depth: number): void {
  if (depth > s.depthMax) throw refused;
}

/** RFC 3339 in UTC as most write it; everything else goes the slow way. */
export const parseTimestampField: ParseFunction = (s, depth) => {
  enter(s, depth);
  const { b } = s;
  const at = s.i;
  if (
    b[at] === 34 &&
    b[at + 5] === 45 &&
    b[at + 8] === 45 &&
    b[at + 11] === 84 &&
    b[at + 14] === 58 &&
    b[at + 17] === 58
  ) {
    const year = digits(b, at + 1, 4);
    const month = digits(b, at + 6, 2);
    const day = digits(b, at + 9, 2);
    const hour = digits(b, at + 12, 2);
    const minute = digits(b, at + 15, 2);
    const second = digits(b, at + 18, 2);
    let i = at + 20;
    let nanos = 0;
    if (b[i] === 46) {
      let scale = 100_000_000;
      for (i++; scale >= 1; i++) {
        const digit = (b[i] as number) - 48;
        if (!(digit >= 0 && digit <= 9)) break;
        nanos += digit * scale;
        scale = Math.round(scale / 10);
      }
      if (i === at + 21) nanos = Number.NaN;
    }
    const valid =
      b[i] === 90 &&
      b[i + 1] === 34 &&
      year > 0 &&
      month >= 1 &&
      month <= 12 &&
      day >= 1 &&
      day <= daysIn(year, month) &&
      hour <= 23 &&
      minute <= 59 &&
      second <= 59 &&
      nanos >= 0;
    if (valid) {
      s.i = i + 2;
      const seconds = daysSinceEpoch(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
      s.lo = seconds | 0;
      s.hi = Math.floor(seconds / 4294967296);
      writeFields(s, nanos);
      return;
    }
  }
  writeParsed(s, parseTimestamp(text(s)));
};

/** Seconds in `s.lo` and `s.hi`, and nanos: fields 1 and 2. */
function writeFields(s: Cursor, nanos: number): void {
  if ((s.lo | s.hi) !== 0) {
    s.o[s.q++] = 8;
    writeVarint64(s);
  }
  if (nanos !== 0) {
    s.o[s.q++] = 16;
    writeInt32(s, nanos);
  }
}

function writeParsed(s: Cursor, value: SecondsNanos | undefined): void {
  if (value === undefined) throw refused;
  s.lo = Number(BigInt.asIntN(32, value.seconds));
  s.hi = Number(BigInt.asIntN(32, value.seconds >> 32n));
  writeFields(s, value.nanos);
}

/** NaN when one is no digit. */
function digits(b: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let n = 0; n < count; n++) {
    const digit = (b[at + n] as number) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

const monthDays = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function daysIn(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && leap ? 29 : (monthDays[month] ?? 0);
}

/** Days of the proleptic Gregorian calendar, in eras of 400 years that begin in March. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = (((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) | 0) + day - 1;
  return (
    era * 146097 + yearOfEra * 365 + ((yearOfEra / 4) | 0) - ((yearOfEra / 100) | 0) + dayOfYear - 719468
  );
}

export const parseDurationField: ParseFunction = (s, depth) => {
  enter(s, depth);
  writeParsed(s, parseDuration(text(s)));
};

export const parseFieldMaskField: ParseFunction = (s, depth) => {
  enter(s, depth);
  const paths = parseFieldMask(text(s), 'camel');
  if (paths === undefined) throw refused;
  for (const path of paths) {
    s.o[s.q++] = 10;
    writeText(s, path);
  }
};

/** Writes a JavaScript string behind its length. */
function writeText(s: Cursor, value: string): void {
  const at = s.q++;
  s.q += s.o.write(value, s.q, 'utf8');
  close(s, at);
}

/** Writes the key at `s.k` behind its length; only keys in their one spelling may have escapes. */
function writeKey(s: Cursor, _length: number): void {
  const after = s.i;
  s.i = s.k - 1;
  string(s);
  s.i = after;
}

export const parseStruct: ParseFunction = (s, depth) => {
  enter(s, depth);
  if (!openObject(s)) return;
  const base = s.keyCount;
  do {
    const length = key(s);
    if (repeatsKey(s, s.b, base, s.k, s.k + length)) throw refused;
    s.o[s.q++] = 10;
    const entry = s.q++;
    s.o[s.q++] = 10;
    writeKey(s, length);
    s.o[s.q++] = 18;
    const value = s.q++;
    parseValue(s, depth + 1, 0);
    close(s, value);
    close(s, entry);
  } while (moreMembers(s));
  dropKeys(s, base);
};

export const parseListValue: ParseFunction = (s, depth) => {
  enter(s, depth);
  if (!openArray(s)) return;
  do {
    s.o[s.q++] = 10;
    const value = s.q++;
    parseValue(s, depth + 1, 0);
    close(s, value);
  } while (moreElements(s));
};

export const parseValue: ParseFunction = (s, depth) => {
  enter(s, depth);
  switch (s.b[s.i]) {
    case 110:
      nullWord(s);
      s.o[s.q++] = 8;
      s.o[s.q++] = 0;
      return;
    case 34:
      s.o[s.q++] = 26;
      string(s);
      return;
    case 116:
    case 102: {
      const value = bool(s);
      s.o[s.q++] = 32;
      s.o[s.q++] = value ? 1 : 0;
      return;
    }
    case 123: {
      s.o[s.q++] = 42;
      const at = s.q++;
      parseStruct(s, depth + 1, 0);
      close(s, at);
      return;
    }
    case 91: {
      s.o[s.q++] = 50;
      const at = s.q++;
      parseListValue(s, depth + 1, 0);
      close(s, at);
      return;
    }
    default: {
      const value = jsonNumber(s);
      if (!Number.isFinite(value)) throw refused;
      s.o[s.q++] = 17;
      writeDouble(s, value);
    }
  }
};

/** Whether the key at `s.k` is "@type". */
export function isTypeKey(s: Cursor, length: number): boolean {
  return length === 5 && s.bv.getInt32(s.k, true) === 0x70797440 && s.b[s.k + 4] === 101;
}

/** Parser of Any, which finds the functions of other types as it meets them. */
export function anyParser(
  types: Registry,
  ignoreUnknown: boolean,
  parserOf: (message: DescMessage) => ParseFunction,
): ParseFunction {
  return (s, depth) => {
    enter(s, depth);
    const start = s.i;
    const { level } = s;
    if (!openObject(s)) return;
    const typeUrl = findType(s);
    if (!/.\/[^/]+$/.test(typeUrl)) throw refused;
    const message = types.getMessage(typeUrl.slice(typeUrl.lastIndexOf('/') + 1));
    if (message === undefined) throw refused;
    s.i = start;
    s.level = level;
    s.o[s.q++] = 10;
    writeText(s, typeUrl);
    const tag = s.q;
    s.o[s.q++] = 18;
    const at = s.q++;
    const empty = message.typeName === 'google.protobuf.Empty';
    if (hasOwnJsonForm(message.typeName)) {
      if (!inValue(s, depth, ignoreUnknown, parserOf(message))) throw refused;
    } else if (!(empty && hasValue(s) && inValue(s, depth, ignoreUnknown, parserOf(message)))) {
      parserOf(message)(s, depth + 1, 1);
    }
    if (s.q === at + 1) s.q = tag;
    else close(s, at);
  };
}

/** The text of "@type", wherever among the members it is; stands at the first member before. */
function findType(s: Cursor): string {
  do {
    if (isTypeKey(s, key(s))) return text(s);
    skipValue(s);
  } while (moreMembers(s));
  throw refused;
}

/** Whether an object has a member "value"; stays where it is. */
function hasValue(s: Cursor): boolean {
  const { i, level } = s;
  let found = false;
  if (openObject(s)) {
    do {
      if (isValueKey(s, key(s))) found = true;
      skipValue(s);
    } while (moreMembers(s));
  }
  s.i = i;
  s.level = level;
  return found;
}

function isValueKey(s: Cursor, length: number): boolean {
  return length === 5 && s.bv.getInt32(s.k, true) === 0x756c6176 && s.b[s.k + 4] === 101;
}

/** Reads the object of an Any that holds its message in "value". */
function inValue(s: Cursor, depth: number, ignoreUnknown: boolean, parse: ParseFunction): boolean {
  let [types, values] = [0, 0];
  let others: Set<string> | undefined;
  openObject(s);
  do {
    const length = key(s);
    if (isTypeKey(s, length)) {
      types++;
      skipValue(s);
    } else if (isValueKey(s, length)) {
      values++;
      parse(s, depth + 1, 0);
    } else {
      if (!ignoreUnknown) throw refused;
      others = ignoreMember(s, length, others);
    }
    if (types > 1 || values > 1) throw refused;
  } while (moreMembers(s));
  return values === 1;
}
