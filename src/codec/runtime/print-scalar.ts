import { arePlain, type Cursor, disorder, isPlain, reserve } from './cursor.js';
import { MalformedBinaryError } from './records.js';
import { shortestFloat } from './scalar.js';

// Typed arrays are read through `as number` here: the cursor's padding keeps every index inside.

export function truncated(): MalformedBinaryError {
  return new MalformedBinaryError('a value goes beyond the end');
}

/** Reads a tag: field number and wire type. */
export function readTag(s: Cursor): number {
  const first = s.b[s.i] as number;
  if (first < 128) {
    s.i++;
    return first;
  }
  readVarint64(s);
  if (s.hi !== 0) throw new MalformedBinaryError('a field number is too large');
  return s.lo >>> 0;
}

/** Reads a varint, of which the low 32 bits count. */
export function readVarint32(s: Cursor): number {
  const b = s.b;
  let c = b[s.i++] as number;
  if (c < 128) return c;
  let x = c & 127;
  c = b[s.i++] as number;
  x |= (c & 127) << 7;
  if (c < 128) return x;
  c = b[s.i++] as number;
  x |= (c & 127) << 14;
  if (c < 128) return x;
  c = b[s.i++] as number;
  x |= (c & 127) << 21;
  if (c < 128) return x;
  c = b[s.i++] as number;
  x |= (c & 15) << 28;
  for (let more = 5; c >= 128; more--) {
    if (more === 0) throw new MalformedBinaryError('a varint is longer than ten bytes');
    c = b[s.i++] as number;
  }
  return x;
}

/** Reads a varint into `s.lo` and `s.hi`, both as int32. */
export function readVarint64(s: Cursor): void {
  const b = s.b;
  let lo = 0;
  let c = 0;
  for (let shift = 0; shift < 28; shift += 7) {
    c = b[s.i++] as number;
    lo |= (c & 127) << shift;
    if (c < 128) {
      s.lo = lo;
      s.hi = 0;
      return;
    }
  }
  c = b[s.i++] as number;
  lo |= (c & 15) << 28;
  let hi = (c & 127) >> 4;
  for (let shift = 3; c >= 128; shift += 7) {
    if (shift > 31) throw new MalformedBinaryError('a varint is longer than ten bytes');
    c = b[s.i++] as number;
    hi |= (c & 127) << shift;
  }
  s.lo = lo;
  s.hi = hi;
}

/** Reads a length and returns where what has it ends. */
export function readEnd(s: Cursor, end: number): number {
  let length = s.b[s.i] as number;
  if (length < 128) s.i++;
  else {
    readVarint64(s);
    if (s.hi !== 0) throw truncated();
    length = s.lo >>> 0;
  }
  const stop = s.i + length;
  if (stop > end) throw truncated();
  return stop;
}

/** Skips the value of a record whose tag was read. */
export function skipRecord(s: Cursor, tag: number, end: number): void {
  if (tag < 8) throw new MalformedBinaryError('field number 0');
  switch (tag & 7) {
    case 0:
      readVarint64(s);
      break;
    case 1:
      s.i += 8;
      break;
    case 2:
      s.i = readEnd(s, end);
      break;
    case 3:
      s.i = skipGroup(s, tag, end).after;
      break;
    case 5:
      s.i += 4;
      break;
    default:
      throw new MalformedBinaryError(`wire type ${tag & 7}`);
  }
  if (s.i > end) throw truncated();
}

/** Where the content of a group ends, and what follows its end tag; the start tag was read. Stays where it is. */
export function skipGroup(s: Cursor, tag: number, end: number): { stop: number; after: number } {
  const start = s.i;
  const open = [tag];
  for (;;) {
    if (s.i >= end) throw truncated();
    const stop = s.i;
    const inner = readTag(s);
    if ((inner & 7) === 3) {
      if (inner < 8) throw new MalformedBinaryError('field number 0');
      open.push(inner);
    } else if ((inner & 7) === 4) {
      if (open.pop() !== inner - 1) throw new MalformedBinaryError('an end group tag of another group');
      if (open.length === 0) {
        const after = s.i;
        if (after > end) throw truncated();
        s.i = start;
        return { stop, after };
      }
    } else skipRecord(s, inner, end);
  }
}

/** Prints an integer of up to 53 bits. */
export function printInteger(s: Cursor, value: number): void {
  reserve(s, 20);
  const o = s.o;
  let n = value;
  let q = s.q;
  if (n < 0) {
    o[q++] = 45;
    n = -n;
  }
  if (n < 10) {
    o[q] = 48 + n;
    s.q = q + 1;
    return;
  }
  if (n > 0x7fffffff) {
    const text = String(n);
    for (let at = 0; at < text.length; at++) o[q++] = text.charCodeAt(at);
    s.q = q;
    return;
  }
  let rest = n | 0;
  let at = q + digitsOf(rest);
  s.q = at;
  const ov = s.ov;
  while (rest > 99) {
    const hundredth = (rest / 100) | 0;
    at -= 2;
    ov.setUint16(at, pairs[rest - hundredth * 100] as number, true);
    rest = hundredth;
  }
  if (rest > 9) ov.setUint16(at - 2, pairs[rest] as number, true);
  else o[at - 1] = 48 + rest;
}

/** "00" to "99", each as two bytes of a little-endian number. */
const pairs = Uint16Array.from(
  { length: 100 },
  (_, value) => 48 + Math.floor(value / 10) + ((48 + (value % 10)) << 8),
);

function digitsOf(n: number): number {
  if (n < 1e5) return n < 100 ? 2 : n < 1e3 ? 3 : n < 1e4 ? 4 : 5;
  return n < 1e6 ? 6 : n < 1e7 ? 7 : n < 1e8 ? 8 : n < 1e9 ? 9 : 10;
}

/** Prints `s.lo` and `s.hi` as a signed integer in quotes. */
export function printInt64(s: Cursor): void {
  reserve(s, 24);
  s.o[s.q++] = 34;
  const { lo, hi } = s;
  if (hi >= -0x200000 && hi < 0x200000) printWide(s, hi * 4294967296 + (lo >>> 0));
  else append(s, ((BigInt(hi) << 32n) | BigInt(lo >>> 0)).toString());
  s.o[s.q++] = 34;
}

/** Prints `s.lo` and `s.hi` as an unsigned integer in quotes. */
export function printUint64(s: Cursor): void {
  reserve(s, 24);
  s.o[s.q++] = 34;
  const { lo, hi } = s;
  if (hi >= 0 && hi < 0x200000) printWide(s, hi * 4294967296 + (lo >>> 0));
  else append(s, ((BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0)).toString());
  s.o[s.q++] = 34;
}

/** Up to 53 bits: the upper digits, then nine with their zeros. */
function printWide(s: Cursor, value: number): void {
  if (value < 0) {
    s.o[s.q++] = 45;
    printWide(s, -value);
    return;
  }
  if (value < 1e9) {
    printInteger(s, value);
    return;
  }
  const upper = Math.floor(value / 1e9);
  printInteger(s, upper);
  printDigits(s, (value - upper * 1e9) | 0, 9);
}

/** Prints an integer in exactly so many digits. */
function printDigits(s: Cursor, value: number, digits: number): void {
  const { o, ov } = s;
  let rest = value;
  let at = s.q + digits;
  s.q = at;
  for (let left = digits; left > 1; left -= 2) {
    const hundredth = (rest / 100) | 0;
    at -= 2;
    ov.setUint16(at, pairs[rest - hundredth * 100] as number, true);
    rest = hundredth;
  }
  if ((digits & 1) === 1) o[at - 1] = 48 + rest;
}

/** ZigZag of `s.lo` and `s.hi`, in place. */
export function unzigzag64(s: Cursor): void {
  const sign = -(s.lo & 1);
  const lo = ((s.lo >>> 1) | (s.hi << 31)) ^ sign;
  s.hi = (s.hi >>> 1) ^ sign;
  s.lo = lo;
}

/** Reads eight bytes into `s.lo` and `s.hi`. */
export function readFixed64(s: Cursor): void {
  s.lo = s.bv.getInt32(s.i, true);
  s.hi = s.bv.getInt32(s.i + 4, true);
  s.i += 8;
}

export function readDouble(s: Cursor): number {
  const value = s.bv.getFloat64(s.i, true);
  s.i += 8;
  return value;
}

export function readFloat(s: Cursor): number {
  const value = s.bv.getFloat32(s.i, true);
  s.i += 4;
  return value;
}

/** Fewest digits that are read back as the same double, as JavaScript prints them. */
export function printDouble(s: Cursor, value: number): void {
  if (value === (value | 0) && !Object.is(value, -0)) {
    printInteger(s, value | 0);
    return;
  }
  const magnitude = Math.abs(value);
  if (magnitude >= 1e-5 && magnitude < 1e9) {
    // At most 15 digits name one double each, so that the first that does is the shortest.
    for (let decimals = 1, power = 10; decimals <= 6; decimals++, power *= 10) {
      const scaled = magnitude * power;
      const digits = Math.floor(scaled + 0.5);
      // Far from an integer it is none of so many decimals; only near one is it worth the division.
      if (Math.abs(scaled - digits) <= scaled * 2.3e-16 && digits / power === magnitude) {
        printDecimal(s, value < 0, digits, decimals, power);
        return;
      }
    }
  }
  reserve(s, 32);
  if (Number.isFinite(value)) append(s, Object.is(value, -0) ? '-0' : String(value));
  else append(s, `"${value}"`);
}

/** Prints `digits` / 10^`decimals`. */
function printDecimal(s: Cursor, negative: boolean, digits: number, decimals: number, power: number): void {
  reserve(s, 24);
  if (negative) s.o[s.q++] = 45;
  const whole = Math.floor(digits / power);
  printInteger(s, whole);
  s.o[s.q++] = 46;
  printDigits(s, (digits - whole * power) | 0, decimals);
}

/** Fewest digits that are read back as the same float. */
export function printFloat(s: Cursor, value: number): void {
  const magnitude = Math.abs(value);
  if (magnitude >= 1e-4 && magnitude < 1e6 && value !== Math.trunc(value)) {
    for (let decimals = 1, power = 10; decimals <= 9; decimals++, power *= 10) {
      const scaled = magnitude * power;
      const digits = Math.floor(scaled + 0.5);
      if (Math.abs(scaled - digits) <= scaled * 1.2e-7 && Math.fround(digits / power) === magnitude) {
        printDecimal(s, value < 0, digits, decimals, power);
        return;
      }
    }
  }
  printDouble(s, shortestFloat(value));
}

/** Appends ASCII. */
export function append(s: Cursor, text: string): void {
  reserve(s, text.length);
  const o = s.o;
  let q = s.q;
  for (let at = 0; at < text.length; at++) o[q++] = text.charCodeAt(at);
  s.q = q;
}

export function printBool(s: Cursor, value: boolean): void {
  reserve(s, 5);
  if (value) {
    s.ov.setInt32(s.q, 0x65757274, true);
    s.q += 4;
  } else {
    s.ov.setInt32(s.q, 0x736c6166, true);
    s.o[s.q + 4] = 101;
    s.q += 5;
  }
}

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

/** Prints a length and UTF-8 as a JSON string. Whether it is UTF-8 is asked once, of the whole output. */
export function printString(s: Cursor, end: number): void {
  const stop = readEnd(s, end);
  const b = s.b;
  let i = s.i;
  const length = stop - i;
  reserve(s, length * 6 + 2);
  const o = s.o;
  let q = s.q;
  let seen = s.seen;
  o[q++] = 34;
  const { bv, ov } = s;
  for (; i + 8 <= stop; i += 8, q += 8) {
    const word = bv.getInt32(i, true);
    const next = bv.getInt32(i + 4, true);
    if (!arePlain(word, next)) break;
    ov.setInt32(q, word, true);
    ov.setInt32(q + 4, next, true);
    seen |= word | next;
  }
  for (; i + 4 <= stop; i += 4, q += 4) {
    const word = bv.getInt32(i, true);
    if (!isPlain(word)) break;
    ov.setInt32(q, word, true);
    seen |= word;
  }
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
  o[q++] = 34;
  s.seen = seen;
  s.q = q;
  s.i = stop;
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

/** Prints a JavaScript string as a JSON string. */
export function printText(s: Cursor, text: string): void {
  const json = Buffer.from(JSON.stringify(text), 'utf8');
  reserve(s, json.length);
  s.o.set(json, s.q);
  s.q += json.length;
}

const base64 = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', 'latin1');

/** Prints a length and bytes as base64 with padding (RFC 4648, section 4). */
export function printBytes(s: Cursor, end: number): void {
  const stop = readEnd(s, end);
  const b = s.b;
  let i = s.i;
  reserve(s, Math.ceil((stop - i) / 3) * 4 + 2);
  const o = s.o;
  let q = s.q;
  o[q++] = 34;
  for (; i + 2 < stop; i += 3) {
    const n = ((b[i] as number) << 16) | ((b[i + 1] as number) << 8) | (b[i + 2] as number);
    o[q] = base64[n >> 18] as number;
    o[q + 1] = base64[(n >> 12) & 63] as number;
    o[q + 2] = base64[(n >> 6) & 63] as number;
    o[q + 3] = base64[n & 63] as number;
    q += 4;
  }
  if (i < stop) {
    const two = i + 1 < stop;
    const n = ((b[i] as number) << 16) | (two ? (b[i + 1] as number) << 8 : 0);
    o[q++] = base64[n >> 18] as number;
    o[q++] = base64[(n >> 12) & 63] as number;
    o[q++] = two ? (base64[(n >> 6) & 63] as number) : 61;
    o[q++] = 61;
  }
  o[q++] = 34;
  s.q = q;
  s.i = stop;
}

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

/** Prints the defaults from `at` on of fields below `number`; returns the place of the next to look at. */
export function printDefaults(s: Cursor, defaults: Defaults, from: number, number: number): number {
  let at = from;
  for (; at < defaults.length; at++) {
    const entry = defaults[at];
    if (entry === undefined || entry.number >= number) {
      return entry !== undefined && entry.number === number ? at + 1 : at;
    }
    reserve(s, entry.json.length);
    s.o.set(entry.json, s.q);
    s.q += entry.json.length;
  }
  return at;
}

/** Whether the length at `s.i` is 0, however long it is written. */
export function isEmpty(s: Cursor): boolean {
  const first = s.b[s.i] as number;
  if (first !== 128) return first === 0;
  const at = s.i;
  const length = readVarint32(s);
  s.i = at;
  return length === 0;
}

/** For emitted code, which knows no imports. */
export function throwDisorder(): never {
  throw disorder;
}
