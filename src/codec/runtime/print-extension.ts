import type { DescExtension, DescMessage, Registry } from '@bufbuild/protobuf';
import { type Cursor, disorder } from './cursor.js';
import { skipRecord } from './wire-reader.js';

/**
 * Prints one extension whose tag was read, with all that follow of the same; false if the tag is none
 * of its. Begins at `s.i` and `s.q`, and leaves there where it ended.
 */
export type PrintExtension = (s: Cursor, tag: number, end: number, depth: number) => boolean;

/**
 * What emitted functions call with a tag that is no field's: prints the extension of that number, or
 * skips an unknown field. Begins at `s.i` and `s.q`, and leaves there where it ended.
 */
export function extensionPrinter(
  types: Registry,
  printerOf: (extension: DescExtension) => PrintExtension,
): (s: Cursor, message: DescMessage, tag: number, end: number, depth: number, last: number) => number {
  return (s, message, tag, end, depth, last) => {
    const number = tag >>> 3;
    const extension = types.getExtensionFor(message, number);
    if (extension === undefined) {
      s.i = skipRecord(s, tag, s.i, end);
      return last;
    }
    const before = s.q;
    const printed = printerOf(extension)(s, tag, end, depth);
    if (!printed || s.q === before) return last;
    if (last >= number) throw disorder;
    return number;
  };
}
