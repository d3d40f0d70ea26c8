import { isUtf8 } from 'node:buffer';
import type { DescMessage, Registry } from '@bufbuild/protobuf';
import type { Projection } from '../projection.js';
import { append, type Cursor, disorder, reserve } from './cursor.js';
import { dropKeys, repeatsKey } from './key-spans.js';
import { UnprintableError } from './message-printer.js';
import { numberRoom, printBool, printDouble } from './print-number.js';
import { printString, printText } from './print-string.js';
import { closeObject } from './print-structure.js';
import { formatFieldMask, hasOwnJsonForm } from './well-known.js';
import { checkEnd, readLength, readTag, readVarint64, skipRecord, throwTruncated } from './wire-reader.js';

/**
 * Prints the message between two places of the input at a place of the output, and returns the place
 * behind it. Throws what printMessage of the reference throws, and `disorder`.
 */
export type PrintFunction = (
  s: Cursor,
  from: number,
  end: number,
  at: number,
  depth: number,
  wanted?: Projection,
) => number;

/** Refuses a message below the limit. */
export function checkDepth(s: Cursor, depth: number): void {
  if (depth > s.depthMax) throw new UnprintableError(`messages nest deeper than ${s.depthMax} levels`);
}

/** What the two of well-known types throw whose values have bounds. */
export function unprintable(what: string): UnprintableError {
  return new UnprintableError(`a ${what} has a value without a JSON form`);
}

/** Paths in lowerCamelCase, joined by commas (ProtoJSON, FieldMask). */
export const printFieldMask: PrintFunction = (s, from, end, at, depth) => {
  checkDepth(s, depth);
  const paths: string[] = [];
  let i = from;
  while (i < end) {
    const tag = readTag(s, i);
    if (tag !== 10) {
      i = skipRecord(s, tag, s.i, end);
      continue;
    }
    const stop = readLength(s, s.i, end) + s.i;
    if (!isUtf8(s.b.subarray(s.i, stop))) throw unprintable('FieldMask');
    paths.push(s.b.toString('utf8', s.i, stop));
    i = stop;
  }
  checkEnd(i, end);
  const text = formatFieldMask(paths);
  if (text === undefined) throw unprintable('FieldMask');
  return printText(s, text, at);
};

/** A JSON object (ProtoJSON, Struct). */
export const printStruct: PrintFunction = (s, from, end, at, depth) => {
  checkDepth(s, depth);
  const base = s.keyCount;
  let i = from;
  let q = at;
  while (i < end) {
    const tag = readTag(s, i);
    if (tag !== 10) {
      i = skipRecord(s, tag, s.i, end);
      continue;
    }
    const stop = readLength(s, s.i, end) + s.i;
    i = s.i;
    reserve(s, q, 4);
    // Of the first it becomes the brace.
    s.o[q++] = 44;
    const key = q;
    if (i < stop && s.b[i] === 10) {
      i = readLength(s, i + 1, stop) + s.i;
      q = printString(s, s.i, i, q);
    } else q = append(s, '""', q);
    if (repeatsKey(s, s.o, base, key, q)) throw disorder;
    s.o[q++] = 58;
    if (i >= stop || s.b[i] !== 18) throw i === stop ? unprintable('Value') : disorder;
    i = readLength(s, i + 1, stop) + s.i;
    q = printValue(s, s.i, i, q, depth + 1);
    if (i !== stop) throw disorder;
  }
  checkEnd(i, end);
  dropKeys(s, base);
  return closeObject(s, at, q);
};

/** A JSON array (ProtoJSON, ListValue). */
export const printListValue: PrintFunction = (s, from, end, at, depth) => {
  checkDepth(s, depth);
  let i = from;
  let q = at;
  while (i < end) {
    const tag = readTag(s, i);
    if (tag !== 10) {
      i = skipRecord(s, tag, s.i, end);
      continue;
    }
    i = readLength(s, s.i, end) + s.i;
    reserve(s, q, 1);
    // Of the first it becomes the bracket.
    s.o[q] = 44;
    q = printValue(s, s.i, i, q + 1, depth + 1);
  }
  checkEnd(i, end);
  reserve(s, q, 2);
  if (q === at) q++;
  s.o[at] = 91;
  s.o[q] = 93;
  return q + 1;
};

/** Any JSON value: null (1), number (2), string (3), bool (4), Struct (5), ListValue (6). */
export const printValue: PrintFunction = (s, from, end, at, depth) => {
  checkDepth(s, depth);
  let i = from;
  for (;;) {
    if (i >= end) {
      if (i > end) throwTruncated();
      throw unprintable('Value');
    }
    const tag = readTag(s, i);
    i = s.i;
    let q: number;
    switch (tag) {
      case 8:
        readVarint64(s, i);
        i = s.i;
        q = append(s, 'null', at);
        break;
      case 17: {
        if (!Number.isFinite(s.bv.getFloat64(i, true))) throw unprintable('Value');
        reserve(s, at, numberRoom);
        q = printDouble(s, i, at);
        i += 8;
        break;
      }
      case 26:
        i = readLength(s, i, end) + s.i;
        q = printString(s, s.i, i, at);
        break;
      case 32:
        readVarint64(s, i);
        i = s.i;
        reserve(s, at, numberRoom);
        q = printBool(s, (s.lo | s.hi) !== 0, at);
        break;
      case 42:
        i = readLength(s, i, end) + s.i;
        q = printStruct(s, s.i, i, at, depth + 1);
        break;
      case 50:
        i = readLength(s, i, end) + s.i;
        q = printListValue(s, s.i, i, at, depth + 1);
        break;
      default:
        i = skipRecord(s, tag, i, end);
        continue;
    }
    if (i > end) throwTruncated();
    if (i < end) throw disorder;
    return q;
  }
};

/** Printer of Any, which finds the functions of other types as it meets them. */
export function anyPrinter(
  types: Registry,
  printerOf: (message: DescMessage) => PrintFunction,
): PrintFunction {
  const known = new Map<string, { readonly print: PrintFunction; readonly inValue: boolean }>();

  function lookUp(s: Cursor, from: number, to: number) {
    // Remembered by its bytes, which cost less than its text.
    const key = s.b.latin1Slice(from, to);
    const found = known.get(key);
    if (found !== undefined) return found;
    const typeUrl = s.b.toString('utf8', from, to);
    const message = types.getMessage(typeUrl.slice(typeUrl.lastIndexOf('/') + 1));
    if (message === undefined)
      throw new UnprintableError(`an Any has the unknown type ${JSON.stringify(typeUrl)}`);
    const made = { print: printerOf(message), inValue: hasOwnJsonForm(message.typeName) };
    // Backends may write any prefix before the slash: what is remembered is bounded.
    if (known.size < urlsMax) known.set(key, made);
    return made;
  }

  return (s, from, end, at, depth) => {
    checkDepth(s, depth);
    let [url, urlEnd, value, valueEnd] = [-1, -1, end, end];
    let i = from;
    while (i < end) {
      const tag = readTag(s, i);
      if (tag === 10) {
        i = readLength(s, s.i, end) + s.i;
        url = s.i;
        urlEnd = i;
      } else if (tag === 18) {
        i = readLength(s, s.i, end) + s.i;
        value = s.i;
        valueEnd = i;
      } else i = skipRecord(s, tag, s.i, end);
    }
    checkEnd(i, end);
    if (url === urlEnd && value === valueEnd) return append(s, '{}', at);
    if (url < 0) throw new UnprintableError('an Any has no type');
    const { print, inValue } = lookUp(s, url, urlEnd);
    let q = append(s, '{"@type":', at);
    q = printString(s, url, urlEnd, q);
    if (inValue) {
      q = append(s, ',"value":', q);
      return append(s, '}', print(s, value, valueEnd, q, depth + 1));
    }
    const members = q;
    q = print(s, value, valueEnd, q, depth + 1);
    // The members follow the type: their brace becomes a comma, or goes with its partner.
    s.o[members] = q === members + 2 ? 125 : 44;
    return q === members + 2 ? q - 1 : q;
  };
}

const urlsMax = 1000;
