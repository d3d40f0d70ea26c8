import { type Cursor, reserve } from './cursor.js';
import { pairOf, printDigits, printInteger } from './print-integer.js';
import { checkDepth, type PrintFunction, unprintable } from './print-well-known.js';
import { checkEnd, readTag, readVarint32, readVarint64, skipRecord } from './wire-reader.js';

/** Reads a Timestamp or Duration: seconds into `s.lo` and `s.hi`, nanos as the result. */
function readSecondsNanos(s: Cursor, from: number, end: number): number {
  let i = from;
  let lo = 0;
  let hi = 0;
  let nanos = 0;
  while (i < end) {
    const tag = readTag(s, i);
    if (tag === 8) {
      readVarint64(s, s.i);
      lo = s.lo;
      hi = s.hi;
      i = s.i;
    } else if (tag === 16) {
      nanos = readVarint32(s, s.i);
      i = s.i;
    } else i = skipRecord(s, tag, s.i, end);
  }
  checkEnd(i, end);
  s.lo = lo;
  s.hi = hi;
  return nanos;
}

const secondsMin = -62_135_596_800;
const secondsMax = 253_402_300_799;

/** RFC 3339 in UTC with 0, 3, 6 or 9 digits (ProtoJSON, Timestamp). */
export const printTimestamp: PrintFunction = (s, from, end, at, depth) => {
  checkDepth(s, depth);
  const nanos = readSecondsNanos(s, from, end);
  const seconds = s.hi * 4294967296 + (s.lo >>> 0);
  if (seconds < secondsMin || seconds > secondsMax || nanos < 0 || nanos > 999_999_999)
    throw unprintable('Timestamp');
  const days = Math.floor(seconds / 86400);
  if (days !== s.date.days) findDate(s, days);
  const { yearText, monthText, dayText } = s.date;
  reserve(s, at, 40);
  const { o, ov } = s;
  o[at] = 34;
  ov.setInt32(at + 1, yearText, true);
  ov.setInt32(at + 5, monthText, true);
  ov.setInt32(at + 9, dayText, true);
  const second = (seconds - days * 86400) | 0;
  const minute = (second / 60) | 0;
  const hour = (minute / 60) | 0;
  ov.setInt32(at + 12, pairOf(hour) | colon, true);
  ov.setInt32(at + 15, pairOf(minute - hour * 60) | colon, true);
  ov.setInt16(at + 18, pairOf(second - minute * 60), true);
  const q = nanos === 0 ? at + 20 : printNanos(s, nanos, at + 20);
  ov.setInt16(q, 0x225a, true);
  return q + 2;
};

const colon = 58 << 16;

/** Days to a date of the proleptic Gregorian calendar, in eras of 400 years that begin in March. */
function findDate(s: Cursor, days: number): void {
  const shifted = days + 719468;
  const era = Math.floor(shifted / 146097);
  const dayOfEra = shifted - era * 146097;
  const yearOfEra =
    ((dayOfEra - ((dayOfEra / 1460) | 0) + ((dayOfEra / 36524) | 0) - ((dayOfEra / 146096) | 0)) / 365) | 0;
  const dayOfYear = dayOfEra - (365 * yearOfEra + ((yearOfEra / 4) | 0) - ((yearOfEra / 100) | 0));
  const fromMarch = ((5 * dayOfYear + 2) / 153) | 0;
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const century = (year / 100) | 0;
  const { date } = s;
  date.days = days;
  date.yearText = pairOf(century) | (pairOf(year - century * 100) << 16);
  date.monthText = 45 | (pairOf(month) << 8) | (45 << 24);
  date.dayText = pairOf(dayOfYear - (((153 * fromMarch + 2) / 5) | 0) + 1) | (84 << 16);
}

/** The point and 3, 6 or 9 digits. */
function printNanos(s: Cursor, nanos: number, at: number): number {
  s.o[at] = 46;
  const micros = (nanos / 1000) | 0;
  const millis = (micros / 1000) | 0;
  if (millis * 1_000_000 === nanos) return printDigits(s, millis, 3, at + 1);
  if (micros * 1000 === nanos) return printDigits(s, micros, 6, at + 1);
  return printDigits(s, nanos, 9, at + 1);
}

/** Seconds with 0, 3, 6 or 9 digits and `s` (ProtoJSON, Duration). */
export const printDuration: PrintFunction = (s, from, end, at, depth) => {
  checkDepth(s, depth);
  const nanos = readSecondsNanos(s, from, end);
  const seconds = s.hi * 4294967296 + (s.lo >>> 0);
  const negative = seconds < 0 || nanos < 0;
  if (
    Math.abs(seconds) > 315_576_000_000 ||
    Math.abs(nanos) > 999_999_999 ||
    (negative && (seconds > 0 || nanos > 0))
  )
    throw unprintable('Duration');
  reserve(s, at, 40);
  const { o } = s;
  let q = at;
  o[q++] = 34;
  if (negative) o[q++] = 45;
  q = printInteger(s, Math.abs(seconds), q);
  if (nanos !== 0) q = printNanos(s, Math.abs(nanos), q);
  o[q++] = 115;
  o[q++] = 34;
  return q;
};
