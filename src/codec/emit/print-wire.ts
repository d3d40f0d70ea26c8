import { ScalarType } from '@bufbuild/protobuf';
import { type AnyField, isDelimited } from '../runtime/any-field.js';
import { spill } from '../runtime/cursor.js';
import { wireTypeOf } from '../runtime/scalar.js';
import { appendBytes, tagBytes } from './bytes.js';
import { type Code, code, nothing } from './code.js';
import type { CaseOptions } from './print-options.js';

// Emitted printers read at `i` and write at `q`, which are variables: kept in the cursor they would
// be loaded and stored again around every call.

/** The tags that a field may come with: its own, and packed where that is another. */
export function tagsOf(field: AnyField): number[] {
  const start = field.number * 8;
  if (field.fieldKind === 'map') return [start + 2];
  if (field.message !== undefined) return [start + (isDelimited(field) ? 3 : 2)];
  const own = start + (field.enum !== undefined ? 0 : wireTypeOf(field.scalar ?? ScalarType.INT32));
  return field.fieldKind === 'list' && own !== start + 2 ? [own, start + 2] : [own];
}

/** Reads a tag; those of two bytes without a call where a field has one. */
export function emitTag(fields: readonly AnyField[]): Code {
  const slow = code`{ tag = readTag(s, i - 1); i = s.i; }`;
  const isWide = fields.some((field) => field.number > 15);
  return code`let tag = b[i++];
    if (tag > 127) ${isWide ? code`{ if (b[i] < 128) tag = tag & 127 | b[i++] << 7; else ${slow} }` : slow}`;
}

/** Whether the next tag is the same again, which is then read. */
export function emitSameTag(tag: number): Code {
  const bytes = [...tagBytes(Math.floor(tag / 8), tag % 8)];
  const tests = bytes.map((byte, at) => code` && b[i + ${at}] === ${byte}`);
  return code`i < end${tests} && (i += ${bytes.length}) > 0`;
}

/** Reads a length; what has it ends at `stop`, and not behind `limit`, which is a variable of another name. */
export function emitStop(limit: Code): Code {
  return code`let stop = b[i++];
    if (stop > 127) { stop = readLength(s, i - 1, ${limit}); i = s.i; }
    stop += i;
    if (stop > ${limit}) throwTruncated();`;
}

/** `,"name":`, of which the comma of the first becomes the brace; nothing for a field alone. */
export function keyBytes(options: CaseOptions, field: AnyField): Uint8Array {
  if (options.alone === true) return new Uint8Array(0);
  const name = field.kind === 'field' && options.protoNames ? field.name : field.jsonName;
  return new TextEncoder().encode(`,${JSON.stringify(name)}:`);
}

/** Behind a value, whose printing left room for a byte and more: see `spill`. */
export const comma: Code = code`s.o[q++] = 44;`;

/** As reserve(), without a call: of calls the compiler takes only so many into one function. */
export function reserve(count: number): Code {
  return count === 0 ? nothing : code`if (q + ${count} > s.room) s.grow(q, ${count + spill});`;
}

/** Writes the key, with room for so much more. */
export function emitKey(key: Uint8Array, more: number): Code {
  return code`${reserve(key.length + more)} ${key.length === 0 ? nothing : appendBytes(key)}`;
}

/** Writes bytes, and makes room for them. */
export function emitBytes(bytes: Uint8Array): Code {
  return code`${reserve(bytes.length)} ${appendBytes(bytes)}`;
}
