import type { DescExtension, DescMessage, Registry } from '@bufbuild/protobuf';
import { type Cursor, refused } from './cursor.js';
import { key } from './json-structure.js';
import { repeatsKey } from './key-spans.js';
import { ignoreMember, skipValue } from './parse-skip.js';
import { string, text } from './parse-string.js';
import { isTypeKey, type ParseFunction } from './parse-well-known.js';

/** What an object had besides fields, so that none comes twice. */
export interface Others {
  extensions: Set<DescExtension> | undefined;
  ignored: Set<string> | undefined;
  hasType: boolean;
}

/** What emitted functions call with a key that is no field's: "@type" of an Any, an extension, or unknown. */
export function memberParser(
  types: Registry,
  ignoreUnknown: boolean,
  parserOf: (extension: DescExtension) => ParseFunction,
): (
  s: Cursor,
  message: DescMessage,
  length: number,
  depth: number,
  any: number,
  given: Others | undefined,
) => Others {
  return (s, message, length, depth, any, given) => {
    const others = given ?? { extensions: undefined, ignored: undefined, hasType: false };
    if (any === 1 && isTypeKey(s, length)) {
      if (others.hasType) throw refused;
      others.hasType = true;
      skipValue(s);
      return others;
    }
    const extension = s.b[s.k] === 91 ? extensionAt(s, types, message, length) : undefined;
    if (extension !== undefined) {
      others.extensions ??= new Set();
      if (others.extensions.has(extension)) throw refused;
      others.extensions.add(extension);
      parserOf(extension)(s, depth, 0);
      return others;
    }
    if (!ignoreUnknown) throw refused;
    others.ignored = ignoreMember(s, length, others.ignored);
    return others;
  };
}

/** `[pkg.ext]` → the extension of that name, if it extends the message. */
function extensionAt(
  s: Cursor,
  types: Registry,
  message: DescMessage,
  length: number,
): DescExtension | undefined {
  const name = s.b.toString('utf8', s.k, s.k + length);
  if (!name.endsWith(']')) return undefined;
  const extension = types.getExtension(name.slice(1, -1));
  return extension?.extendee.typeName === message.typeName ? extension : undefined;
}

/** Reads the key of a map entry, refuses it if it is there already, and stands at the value. */
export function stringKey(s: Cursor, base: number): void {
  const length = key(s);
  if (repeatsKey(s, s.b, base, s.k, s.k + length)) throw refused;
  const after = s.i;
  s.i = s.k - 1;
  string(s);
  s.i = after;
}

/** Stands at a key of a map whose keys are numbers, behind which keyEnd() finds the value. */
export function numberKey(s: Cursor): number {
  key(s);
  const after = s.i;
  s.i = s.k - 1;
  return after;
}

/** Refuses a number that is a key already. */
export function rememberNumber(keys: Set<number | string>, value: number | string): void {
  if (keys.has(value)) throw refused;
  keys.add(value);
}

/** Reads a key that is `true` or `false`. */
export function boolKey(s: Cursor): boolean {
  const name = text(s);
  if (name !== 'true' && name !== 'false') throw refused;
  return name === 'true';
}
