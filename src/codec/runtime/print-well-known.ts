import { isUtf8 } from 'node:buffer';
import type { DescMessage, Registry } from '@bufbuild/protobuf';
import type { Projection } from '../projection.js';
import { append, type Cursor, disorder, reserve } from './cursor.js';
import { dropKeys, repeatsKey } from './key-spans.js';
import { UnprintableError } from './message-printer.js';
import { printInteger } from './print-integer.js';
import { printBool, printDouble } from './print-number.js';
import { printString, printText } from './print-string.js';
import { closeItems } from './print-structure.js';
import { formatFieldMask, hasOwnJsonForm } from './well-known.js';
import {
  readDouble,
  readEnd,
  readTag,
  readVarint32,
  readVarint64,
  skipRecord,
  truncated,
} from './wire-reader.js';

/** Prints the message from `s.i` to `end`. Throws what printMessage of the reference throws, and `disorder`. */
export type PrintFunction = (s: Cursor, end: number, depth: number, wanted?: Projection) => void;

/** Refuses a message below the limit. */
export function checkDepth(s: Cursor, depth: number): void {
  if (depth > s.depthMax) throw new UnprintableError(`messages nest deeper than ${s.depthMax} levels`);
}

/** Refuses a message whose last record goes beyond its end. */
export function checkEnd(s: Cursor, end: number): void {
  if (s.i !== end) throw truncated();
}

function unprintable(what: string): UnprintableError {
  return new UnprintableError(`a ${what} has a value without a JSON form`);
}

/** Reads a Timestamp or Duration: seconds into `s.lo` and `s.hi`, nanos as the result. */
function readSecondsNanos(s: Cursor, end: number): number {
  let [lo, hi, nanos] = [0, 0, 0];
  while (s.i < end) {
    const tag = readTag(s);
    if (tag === 8) {
      readVarint64(s);
      ({ lo, hi } = s);
    } else if (tag === 16) nanos = readVarint32(s);
    else skipRecord(s, tag, end);
  }
  checkEnd(s, end);
  s.lo = lo;
  s.hi = hi;
  return nanos;
}

const secondsMin = -62_135_596_800;
const secondsMax = 253_402_300_799;

/** RFC 3339 in UTC with 0, 3, 6 or 9 digits (ProtoJSON, Timestamp). */
export const printTimestamp: PrintFunction = (s, end, depth) => {
  checkDepth(s, depth);
  const nanos = readSecondsNanos(s, end);
  const seconds = s.hi * 4294967296 + (s.lo >>> 0);
  if (seconds < secondsMin || seconds > secondsMax || nanos < 0 || nanos > 999_999_999)
    throw unprintable('Timestamp');
  const days = Math.floor(seconds / 86400);
  const second = seconds - days * 86400;
  // Days to a date of the proleptic Gregorian calendar, in eras of 400 years that begin in March.
  const shifted = days + 719468;
  const era = Math.floor(shifted / 146097);
  const dayOfEra = shifted - era * 146097;
  const yearOfEra =
    ((dayOfEra - ((dayOfEra / 1460) | 0) + ((dayOfEra / 36524) | 0) - ((dayOfEra / 146096) | 0)) / 365) | 0;
  const dayOfYear = dayOfEra - (365 * yearOfEra + ((yearOfEra / 4) | 0) - ((yearOfEra / 100) | 0));
  const fromMarch = ((5 * dayOfYear + 2) / 153) | 0;
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  reserve(s, 32);
  const o = s.o;
  o[s.q++] = 34;
  twoDigits(s, (year / 100) | 0);
  twoDigits(s, year % 100);
  o[s.q++] = 45;
  twoDigits(s, month);
  o[s.q++] = 45;
  twoDigits(s, dayOfYear - (((153 * fromMarch + 2) / 5) | 0) + 1);
  o[s.q++] = 84;
  twoDigits(s, (second / 3600) | 0);
  o[s.q++] = 58;
  twoDigits(s, ((second % 3600) / 60) | 0);
  o[s.q++] = 58;
  twoDigits(s, second % 60);
  printNanos(s, nanos);
  o[s.q++] = 90;
  o[s.q++] = 34;
};

function twoDigits(s: Cursor, value: number): void {
  const tens = (value / 10) | 0;
  s.o[s.q++] = 48 + tens;
  s.o[s.q++] = 48 + value - tens * 10;
}

function printNanos(s: Cursor, nanos: number): void {
  if (nanos === 0) return;
  const width = nanos % 1_000_000 === 0 ? 3 : nanos % 1000 === 0 ? 6 : 9;
  let rest = width === 3 ? nanos / 1_000_000 : width === 6 ? nanos / 1000 : nanos;
  s.o[s.q] = 46;
  for (let at = s.q + width; at > s.q; at--) {
    const tenth = (rest / 10) | 0;
    s.o[at] = 48 + rest - tenth * 10;
    rest = tenth;
  }
  s.q += width + 1;
}

/** Seconds with 0, 3, 6 or 9 digits and `s` (ProtoJSON, Duration). */
export const printDuration: PrintFunction = (s, end, depth) => {
  checkDepth(s, depth);
  const nanos = readSecondsNanos(s, end);
  const seconds = s.hi * 4294967296 + (s.lo >>> 0);
  const negative = seconds < 0 || nanos < 0;
  if (
    Math.abs(seconds) > 315_576_000_000 ||
    Math.abs(nanos) > 999_999_999 ||
    (negative && (seconds > 0 || nanos > 0))
  )
    throw unprintable('Duration');
  reserve(s, 32);
  s.o[s.q++] = 34;
  if (negative) s.o[s.q++] = 45;
  printInteger(s, Math.abs(seconds));
  printNanos(s, Math.abs(nanos));
  s.o[s.q++] = 115;
  s.o[s.q++] = 34;
};

/** Paths in lowerCamelCase, joined by commas (ProtoJSON, FieldMask). */
export const printFieldMask: PrintFunction = (s, end, depth) => {
  checkDepth(s, depth);
  const paths: string[] = [];
  while (s.i < end) {
    const tag = readTag(s);
    if (tag !== 10) {
      skipRecord(s, tag, end);
      continue;
    }
    const stop = readEnd(s, end);
    if (!isUtf8(s.b.subarray(s.i, stop))) throw unprintable('FieldMask');
    paths.push(s.b.toString('utf8', s.i, stop));
    s.i = stop;
  }
  checkEnd(s, end);
  const text = formatFieldMask(paths);
  if (text === undefined) throw unprintable('FieldMask');
  printText(s, text);
};

/** A JSON object (ProtoJSON, Struct). */
export const printStruct: PrintFunction = (s, end, depth) => {
  checkDepth(s, depth);
  reserve(s, 1);
  s.o[s.q++] = 123;
  const opened = s.q;
  const base = s.keyCount;
  while (s.i < end) {
    const tag = readTag(s);
    if (tag !== 10) {
      skipRecord(s, tag, end);
      continue;
    }
    const stop = readEnd(s, end);
    const key = s.q;
    if (s.i < stop && s.b[s.i] === 10) {
      s.i++;
      printString(s, stop);
    } else append(s, '""');
    if (repeatsKey(s, s.o, base, key, s.q)) throw disorder;
    reserve(s, 1);
    s.o[s.q++] = 58;
    if (s.i >= stop || s.b[s.i] !== 18) throw s.i === stop ? unprintable('Value') : disorder;
    s.i++;
    printValue(s, readEnd(s, stop), depth + 1);
    if (s.i !== stop) throw disorder;
    reserve(s, 1);
    s.o[s.q++] = 44;
  }
  checkEnd(s, end);
  dropKeys(s, base);
  reserve(s, 1);
  if (!closeItems(s, opened, 125)) s.o[s.q++] = 125;
};

/** A JSON array (ProtoJSON, ListValue). */
export const printListValue: PrintFunction = (s, end, depth) => {
  checkDepth(s, depth);
  reserve(s, 1);
  s.o[s.q++] = 91;
  const opened = s.q;
  while (s.i < end) {
    const tag = readTag(s);
    if (tag !== 10) {
      skipRecord(s, tag, end);
      continue;
    }
    printValue(s, readEnd(s, end), depth + 1);
    reserve(s, 1);
    s.o[s.q++] = 44;
  }
  checkEnd(s, end);
  reserve(s, 1);
  if (!closeItems(s, opened, 93)) s.o[s.q++] = 93;
};

/** Any JSON value: null (1), number (2), string (3), bool (4), Struct (5), ListValue (6). */
export const printValue: PrintFunction = (s, end, depth) => {
  checkDepth(s, depth);
  for (;;) {
    if (s.i >= end) throw s.i === end ? unprintable('Value') : truncated();
    const tag = readTag(s);
    switch (tag) {
      case 8:
        readVarint64(s);
        append(s, 'null');
        break;
      case 17: {
        const number = readDouble(s);
        if (!Number.isFinite(number)) throw unprintable('Value');
        printDouble(s, number);
        break;
      }
      case 26:
        printString(s, end);
        break;
      case 32:
        readVarint64(s);
        printBool(s, (s.lo | s.hi) !== 0);
        break;
      case 42:
        printStruct(s, readEnd(s, end), depth + 1);
        break;
      case 50:
        printListValue(s, readEnd(s, end), depth + 1);
        break;
      default:
        skipRecord(s, tag, end);
        continue;
    }
    if (s.i > end) throw truncated();
    if (s.i < end) throw disorder;
    return;
  }
};

/** Printer of Any, which finds the functions of other types as it meets them. */
export function anyPrinter(
  types: Registry,
  printerOf: (message: DescMessage) => PrintFunction,
): PrintFunction {
  const known = new Map<string, { readonly print: PrintFunction; readonly inValue: boolean }>();

  function lookUp(typeUrl: string) {
    const found = known.get(typeUrl);
    if (found !== undefined) return found;
    const message = types.getMessage(typeUrl.slice(typeUrl.lastIndexOf('/') + 1));
    if (message === undefined)
      throw new UnprintableError(`an Any has the unknown type ${JSON.stringify(typeUrl)}`);
    const made = { print: printerOf(message), inValue: hasOwnJsonForm(message.typeName) };
    // Backends may write any prefix before the slash: what is remembered is bounded.
    if (known.size < urlsMax) known.set(typeUrl, made);
    return made;
  }

  return (s, end, depth) => {
    checkDepth(s, depth);
    let [url, urlEnd, value, valueEnd] = [-1, -1, end, end];
    while (s.i < end) {
      const tag = readTag(s);
      if (tag === 10) {
        url = s.i;
        urlEnd = readEnd(s, end);
        s.i = urlEnd;
      } else if (tag === 18) {
        valueEnd = readEnd(s, end);
        value = s.i;
        s.i = valueEnd;
      } else skipRecord(s, tag, end);
    }
    checkEnd(s, end);
    if ((url < 0 || s.b[url] === 0) && value === valueEnd) {
      append(s, '{}');
      return;
    }
    if (url < 0) throw new UnprintableError('an Any has no type');
    const { print, inValue } = lookUp(typeUrlAt(s, url, urlEnd));
    append(s, '{"@type":');
    s.i = url;
    printString(s, end);
    s.i = value;
    if (inValue) {
      append(s, ',"value":');
      print(s, valueEnd, depth + 1);
      append(s, '}');
    } else {
      const members = s.q;
      print(s, valueEnd, depth + 1);
      // The members follow the type: their brace becomes a comma, or goes with its partner.
      if (s.q === members + 2) {
        s.o[members] = 125;
        s.q--;
      } else s.o[members] = 44;
    }
    s.i = end;
  };
}

function typeUrlAt(s: Cursor, at: number, end: number): string {
  s.i = at;
  readEnd(s, end);
  return s.b.toString('utf8', s.i, end);
}

const urlsMax = 1000;
