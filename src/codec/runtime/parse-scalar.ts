import { ScalarType } from '@bufbuild/protobuf';
import { arePlain, type Cursor, escapedKey, isPlain, refused, sawBeyondAscii } from './cursor.js';
import { scalarFromText } from './scalar.js';

// Typed arrays are read through `as number` here: the cursor's padding keeps every index inside.
// Everything throws `refused` at JSON that is no such value.

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
    space(s);
    return true;
  }
  if (c !== closing) throw refused;
  s.i++;
  s.level--;
  return false;
}

/** 1 for bytes that end or interrupt the plain part of a string. */
const special = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 32 || byte === 34 || byte === 92 ? 1 : 0,
);

/** Reads a key and its colon, and stands at the value. The key is at `s.k`; returns its length in bytes. */
export function key(s: Cursor): number {
  const b = s.b;
  let i = s.i;
  if (b[i] !== 34) throw refused;
  const start = ++i;
  let seen = s.seen;
  for (;;) {
    const c = b[i] as number;
    if (special[c] === 0) {
      seen |= c;
      i++;
    } else if (c === 34) break;
    else if (c === 92 && s.canonical) i += 2;
    else throw c === 92 ? escapedKey : refused;
  }
  s.seen = seen;
  s.k = start;
  s.i = i + 1;
  if (space(s) !== 58) throw refused;
  s.i++;
  space(s);
  return i - start;
}

/** Reads `null`. */
export function nullWord(s: Cursor): void {
  if (s.bv.getInt32(s.i, true) !== 0x6c6c756e) throw refused;
  s.i += 4;
}

/** Closes what begins behind the length byte at `at`: writes the length, and moves the content where it is long. */
export function close(s: Cursor, at: number): void {
  const length = s.q - at - 1;
  const o = s.o;
  if (length < 128) {
    o[at] = length;
    return;
  }
  const extra = length < 16384 ? 1 : length < 2097152 ? 2 : length < 268435456 ? 3 : 4;
  o.copyWithin(at + 1 + extra, at + 1, s.q);
  s.q += extra;
  let rest = length;
  let q = at;
  while (rest > 127) {
    o[q++] = (rest & 127) | 128;
    rest >>>= 7;
  }
  o[q] = rest;
}

/** Reads a string and writes it behind its length. */
export function string(s: Cursor): void {
  if (s.b[s.i] !== 34) throw refused;
  s.i++;
  const at = s.q++;
  while (!plainPart(s)) readEscape(s);
  close(s, at);
}

/** Copies up to the closing quote, and behind it: true; or up to a backslash: false. */
function plainPart(s: Cursor): boolean {
  const { b, o, bv, ov } = s;
  let { i, q, seen } = s;
  let c: number;
  for (;;) {
    const word = bv.getInt32(i, true);
    const next = bv.getInt32(i + 4, true);
    if (!arePlain(word, next)) break;
    ov.setInt32(q, word, true);
    ov.setInt32(q + 4, next, true);
    seen |= word | next;
    i += 8;
    q += 8;
  }
  for (let word = bv.getInt32(i, true); isPlain(word); word = bv.getInt32(i, true)) {
    ov.setInt32(q, word, true);
    seen |= word;
    i += 4;
    q += 4;
  }
  // What stopped it is among these four.
  for (c = b[i] as number; special[c] === 0; c = b[++i] as number) {
    o[q++] = c;
    seen |= c;
  }
  s.seen = seen;
  s.q = q;
  if (c === 34) {
    s.i = i + 1;
    return true;
  }
  if (c !== 92) throw refused;
  s.i = i;
  return false;
}

/** Bytes of the short escapes by their letter, 0 where there is none. */
const shortEscapes = Uint8Array.from({ length: 256 }, (_, letter) => {
  const at = 'bfnrt"\\/'.indexOf(String.fromCharCode(letter));
  return at < 0 ? 0 : ([8, 12, 10, 13, 9, 34, 92, 47][at] ?? 0);
});

/** Reads one escape and writes its UTF-8. Half of a surrogate pair is refused. */
function readEscape(s: Cursor): void {
  const letter = s.b[s.i + 1] as number;
  if (letter !== 117) {
    const byte = shortEscapes[letter] as number;
    if (byte === 0) throw refused;
    s.o[s.q++] = byte;
    s.i += 2;
    return;
  }
  let point = fourHex(s, s.i + 2);
  s.i += 6;
  if (point >= 0xd800 && point < 0xe000) {
    if (point > 0xdbff || s.b[s.i] !== 92 || s.b[s.i + 1] !== 117) throw refused;
    const low = fourHex(s, s.i + 2);
    if (low < 0xdc00 || low > 0xdfff) throw refused;
    s.i += 6;
    point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
  }
  writePoint(s, point);
}

function fourHex(s: Cursor, at: number): number {
  let value = 0;
  for (let n = 0; n < 4; n++) {
    const c = s.b[at + n] as number;
    const digit = c >= 48 && c <= 57 ? c - 48 : (c | 32) >= 97 && (c | 32) <= 102 ? (c | 32) - 87 : -1;
    if (digit < 0) throw refused;
    value = value * 16 + digit;
  }
  return value;
}

function writePoint(s: Cursor, point: number): void {
  const o = s.o;
  if (point < 0x80) o[s.q++] = point;
  else if (point < 0x800) {
    o[s.q++] = 0xc0 | (point >> 6);
    o[s.q++] = 0x80 | (point & 63);
  } else {
    if (point < 0x10000) o[s.q++] = 0xe0 | (point >> 12);
    else {
      o[s.q++] = 0xf0 | (point >> 18);
      o[s.q++] = 0x80 | ((point >> 12) & 63);
    }
    o[s.q++] = 0x80 | ((point >> 6) & 63);
    o[s.q++] = 0x80 | (point & 63);
  }
}

/** Reads a string as text. For what is rare, or short. */
export function text(s: Cursor): string {
  const start = s.i;
  if (s.b[start] !== 34) throw refused;
  let i = start + 1;
  let plain = true;
  for (;;) {
    const c = s.b[i] as number;
    if (special[c] === 0) {
      s.seen |= c;
      i++;
    } else if (c === 34) break;
    else if (c === 92) {
      plain = false;
      i += 2;
    } else throw refused;
  }
  if (i >= s.end) throw refused;
  s.i = i + 1;
  if (plain) return !sawBeyondAscii(s) ? s.b.latin1Slice(start + 1, i) : s.b.toString('utf8', start + 1, i);
  try {
    const value: unknown = JSON.parse(s.b.toString('utf8', start, i + 1));
    if (typeof value === 'string' && !/\p{Surrogate}/u.test(value)) return value;
  } catch {
    // No valid escape.
  }
  throw refused;
}

/** Reads a number, or one in quotes, as text. */
function numberText(s: Cursor): string {
  if (s.b[s.i] === 34) return text(s);
  const start = s.i;
  let i = start;
  for (;;) {
    const c = s.b[i] as number;
    if ((c >= 48 && c <= 57) || c === 45 || c === 43 || c === 46 || c === 69 || c === 101) i++;
    else break;
  }
  s.i = i;
  const found = s.b.toString('latin1', start, i);
  // Unlike text in quotes, `NaN` and the like are no JSON; and nothing at all is not either.
  if (found === '') throw refused;
  return found;
}

function slowNumber(s: Cursor, at: number, type: ScalarType): number {
  s.i = at;
  const value = scalarFromText(type, numberText(s));
  if (typeof value !== 'number') throw refused;
  return value;
}

function slowBigInt(s: Cursor, at: number, type: ScalarType): void {
  s.i = at;
  const value = scalarFromText(type, numberText(s));
  if (typeof value !== 'bigint') throw refused;
  s.lo = Number(BigInt.asIntN(32, value));
  s.hi = Number(BigInt.asIntN(32, value >> 32n));
}

/** Reads an int32. */
export function int32(s: Cursor): number {
  const at = s.i;
  const value = shortInteger(s);
  return value === (value | 0) && !Object.is(value, -0) ? value : slowNumber(s, at, ScalarType.INT32);
}

/** Reads a uint32. */
export function uint32(s: Cursor): number {
  const at = s.i;
  const value = shortInteger(s);
  return value >= 0 && value < 4294967296 && !Object.is(value, -0)
    ? value
    : slowNumber(s, at, ScalarType.UINT32);
}

/** Reads an int64 into `s.lo` and `s.hi`. */
export function int64(s: Cursor): void {
  const at = s.i;
  const value = shortInteger(s);
  if (Number.isNaN(value)) {
    slowBigInt(s, at, ScalarType.INT64);
    return;
  }
  s.lo = value | 0;
  s.hi = Math.floor(value / 4294967296);
}

/** Reads a uint64 into `s.lo` and `s.hi`. */
export function uint64(s: Cursor): void {
  const at = s.i;
  const value = shortInteger(s);
  if (!(value >= 0) || Object.is(value, -0)) {
    slowBigInt(s, at, ScalarType.UINT64);
    return;
  }
  s.lo = value | 0;
  s.hi = Math.floor(value / 4294967296);
}

/** Reads up to 15 digits, in quotes or not; NaN where there is more to it, which the slow way decides. */
function shortInteger(s: Cursor): number {
  const b = s.b;
  let i = s.i;
  let c = b[i] as number;
  const quoted = c === 34;
  if (quoted) c = b[++i] as number;
  const negative = c === 45;
  if (negative) c = b[++i] as number;
  const start = i;
  const first = c;
  let n = 0;
  while (c >= 48 && c <= 57) {
    n = n * 10 + c - 48;
    c = b[++i] as number;
  }
  const digits = i - start;
  if (digits === 0 || digits > 15 || (first === 48 && digits > 1) || c === 46 || (c | 32) === 101)
    return Number.NaN;
  if (quoted) {
    if (c !== 34) return Number.NaN;
    i++;
  }
  s.i = i;
  return negative ? -n : n;
}

const powers = Float64Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);

/** Reads a double. */
export function double(s: Cursor): number {
  const b = s.b;
  const at = s.i;
  let i = at;
  let c = b[i] as number;
  const negative = c === 45;
  if (negative) c = b[++i] as number;
  const start = i;
  const first = c;
  let mantissa = 0;
  while (c >= 48 && c <= 57) {
    mantissa = mantissa * 10 + c - 48;
    c = b[++i] as number;
  }
  const whole = i - start;
  // No digits: perhaps in quotes. A leading zero: refused there.
  if (whole === 0 || (first === 48 && whole > 1)) return slowNumber(s, at, ScalarType.DOUBLE);
  let fraction = 0;
  if (c === 46) {
    const point = ++i;
    c = b[i] as number;
    while (c >= 48 && c <= 57) {
      mantissa = mantissa * 10 + c - 48;
      c = b[++i] as number;
    }
    fraction = i - point;
    if (fraction === 0) throw refused;
  }
  if ((c | 32) === 101) {
    c = b[++i] as number;
    if (c === 43 || c === 45) c = b[++i] as number;
    if (!(c >= 48 && c <= 57)) throw refused;
    while (c >= 48 && c <= 57) c = b[++i] as number;
    fraction = Number.POSITIVE_INFINITY;
  }
  s.i = i;
  // Up to 15 digits and powers to 10^22 are exact, so that one division rounds correctly.
  if (whole + fraction > 15) return finite(Number(b.latin1Slice(at, i)));
  const value = fraction === 0 ? mantissa : mantissa / (powers[fraction] as number);
  return negative ? -value : value;
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw refused;
  return value;
}

/** Reads a float. */
export function float(s: Cursor): number {
  const at = s.i;
  const value = Math.fround(double(s));
  if (!Number.isFinite(value)) return slowNumber(s, at, ScalarType.FLOAT);
  return value;
}

/** Reads `true` or `false`. */
export function bool(s: Cursor): boolean {
  const word = s.bv.getInt32(s.i, true);
  if (word === 0x65757274) {
    s.i += 4;
    return true;
  }
  if (word === 0x736c6166 && s.b[s.i + 4] === 101) {
    s.i += 5;
    return false;
  }
  throw refused;
}

/** Digits of both base64 alphabets (RFC 4648), 64 for anything else. */
const base64 = Uint8Array.from({ length: 256 }, (_, byte) => {
  const at = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_'.indexOf(
    String.fromCharCode(byte),
  );
  return at < 0 ? 64 : at < 64 ? at : at - 2;
});

/** Reads base64 in either alphabet, padded or not, and writes the bytes behind their length. */
export function bytes(s: Cursor): void {
  const b = s.b;
  let i = s.i;
  if (b[i] !== 34) throw refused;
  const start = ++i;
  const o = s.o;
  const at = s.q;
  let q = at + 1;
  for (;;) {
    const w = base64[b[i] as number] as number;
    if (w > 63) break;
    const x = base64[b[i + 1] as number] as number;
    if (x > 63) {
      // One digit is never enough; but an escape may hide others.
      slowBytes(s, at);
      return;
    }
    const y = base64[b[i + 2] as number] as number;
    if (y > 63) {
      o[q++] = (w << 2) | (x >> 4);
      i += 2;
      break;
    }
    const z = base64[b[i + 3] as number] as number;
    o[q++] = (w << 2) | (x >> 4);
    o[q++] = (x << 4) | (y >> 2);
    if (z > 63) {
      i += 3;
      break;
    }
    o[q++] = (y << 6) | z;
    i += 4;
  }
  let c = b[i] as number;
  if (c === 92) {
    slowBytes(s, at);
    return;
  }
  if (c === 61) {
    while (c === 61) c = b[++i] as number;
    const digits = i - start;
    if (digits % 4 !== 0 || b[i - 3] === 61) throw refused;
  }
  if (c !== 34) throw refused;
  s.i = i + 1;
  s.q = q;
  close(s, at);
}

/** Base64 with JSON escapes in it. */
function slowBytes(s: Cursor, at: number): void {
  const value = scalarFromText(ScalarType.BYTES, text(s));
  if (!(value instanceof Uint8Array)) throw refused;
  s.o.set(value, at + 1);
  s.q = at + 1 + value.length;
  close(s, at);
}

/** Writes a varint below 2^32. */
export function writeVarint32(s: Cursor, value: number): void {
  const o = s.o;
  let n = value;
  let q = s.q;
  while (n > 127) {
    o[q++] = (n & 127) | 128;
    n >>>= 7;
  }
  o[q++] = n;
  s.q = q;
}

/** Writes an int32: ten bytes if it is negative. */
export function writeInt32(s: Cursor, value: number): void {
  if (value >= 0) {
    writeVarint32(s, value);
    return;
  }
  s.lo = value;
  s.hi = -1;
  writeVarint64(s);
}

/** Writes `s.lo` and `s.hi` as a varint. */
export function writeVarint64(s: Cursor): void {
  const o = s.o;
  let q = s.q;
  let { lo, hi } = s;
  while (hi !== 0 || lo >>> 0 > 127) {
    o[q++] = (lo & 127) | 128;
    lo = (lo >>> 7) | (hi << 25);
    hi >>>= 7;
  }
  o[q++] = lo;
  s.q = q;
}

/** ZigZag of `s.lo` and `s.hi`, in place. */
export function zigzag64(s: Cursor): void {
  const sign = s.hi >> 31;
  const { lo, hi } = s;
  s.hi = ((hi << 1) | (lo >>> 31)) ^ sign;
  s.lo = (lo << 1) ^ sign;
}

/** Writes four bytes. */
export function writeFixed32(s: Cursor, value: number): void {
  s.ov.setInt32(s.q, value, true);
  s.q += 4;
}

/** Writes `s.lo` and `s.hi` as eight bytes. */
export function writeFixed64(s: Cursor): void {
  s.ov.setInt32(s.q, s.lo, true);
  s.ov.setInt32(s.q + 4, s.hi, true);
  s.q += 8;
}

export function writeDouble(s: Cursor, value: number): void {
  s.ov.setFloat64(s.q, value, true);
  s.q += 8;
}

export function writeFloat(s: Cursor, value: number): void {
  s.ov.setFloat32(s.q, value, true);
  s.q += 4;
}

/** For emitted code, which knows no imports. */
export function refuse(): never {
  throw refused;
}
