import { ScalarType } from '@bufbuild/protobuf';
import type { AnyField } from '../runtime/any-field.js';
import { is64Bit, wireTypeOf } from '../runtime/scalar.js';
import { type Code, code, nothing } from './code.js';
import type { ParseModule, ParseOptions } from './parse-options.js';
import { emitElement, emitScalarOf, emitTag } from './parse-scalar.js';

/** Reads an object as a map, and writes its entries. Equal keys are refused. */
export function emitMap(
  options: ParseOptions,
  module: ParseModule,
  field: AnyField & { readonly fieldKind: 'map' },
): Code {
  const keyTag = 8 + wireTypeOf(field.mapKey);
  const key = emitMapKey(field.mapKey, keyTag);
  const value = emitMapValue(options, module, field);
  return code`if (openObject(s)) {
    ${key.before}
    do {
      const start = s.q;
      ${emitTag(field.number, 2)}
      const entry = s.q++;
      ${key.read}
      ${value}
      close(s, entry);
    } while (moreMembers(s));
    ${key.after}
  }`;
}

function emitMapKey(type: ScalarType, tag: number): { before: Code; read: Code; after: Code } {
  if (type === ScalarType.STRING) {
    return {
      before: code`const base = s.keyCount;`,
      read: code`s.o[s.q++] = ${tag}; stringKey(s, base);`,
      after: code`dropKeys(s, base);`,
    };
  }
  const before = code`const keys = new Set();`;
  if (type === ScalarType.BOOL) {
    return {
      before,
      read: code`{
        const after = numberKey(s), n = boolKey(s);
        rememberNumber(keys, n ? 1 : 0);
        s.o[s.q++] = ${tag};
        s.o[s.q++] = n ? 1 : 0;
        s.i = after;
      }`,
      after: nothing,
    };
  }
  const scalar = emitScalarOf(type);
  const identity = is64Bit(type) ? code`s.hi + ' ' + s.lo` : code`n`;
  return {
    before,
    read: code`{
      const after = numberKey(s);
      ${scalar.read}
      rememberNumber(keys, ${identity});
      s.o[s.q++] = ${tag};
      ${scalar.write}
      s.i = after;
    }`,
    after: nothing,
  };
}

/** The value of an entry with its tag; an ignored enum name takes the entry with it. */
function emitMapValue(
  options: ParseOptions,
  module: ParseModule,
  field: AnyField & { readonly fieldKind: 'map' },
): Code {
  if (field.mapKind === 'message') {
    return code`s.o[s.q++] = 18;
      const at = s.q++;
      ${module.messageFunction(field.message)}(s, depth + 1, 0);
      close(s, at);`;
  }
  const value = emitElement(options, module, field);
  const tag = 16 + (field.mapKind === 'enum' ? 0 : wireTypeOf(field.scalar));
  if (value.bytes !== undefined) return code`s.o[s.q++] = ${tag}; ${value.bytes}`;
  return code`${value.read}
    ${value.isKnown === undefined ? nothing : code`if (!(${value.isKnown})) { s.q = start; continue; }`}
    s.o[s.q++] = ${tag};
    ${value.write}`;
}
