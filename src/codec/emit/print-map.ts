import { ScalarType } from '@bufbuild/protobuf';
import type { AnyField } from '../runtime/any-field.js';
import { is64Bit, wireTypeOf } from '../runtime/scalar.js';
import { type Code, code, nothing } from './code.js';
import type { CaseParts } from './print-field.js';
import { emitCloseItems } from './print-list.js';
import type { CaseOptions, PrintModule } from './print-options.js';
import { emitEnum, emitScalarOf, emitWhole, knownEnum } from './print-scalar.js';
import { zeroJson } from './print-tables.js';
import { comma, emitBytes, emitKey, emitSameTag, emitStop, reserve, tagsOf } from './print-wire.js';

type MapField = AnyField & { readonly fieldKind: 'map' };

const text = new TextEncoder();

/** The case of a map. An entry that is not a key and then a value is out of order. */
export function emitMapCase(
  options: CaseOptions,
  module: PrintModule,
  field: MapField,
  { order, unwanted, key, comment }: CaseParts,
): Code {
  const [tag = 0] = tagsOf(field);
  const value = emitMapValue(options, module, field);
  const drop = code`q = entry; forgetKey(s, base); continue;`;
  return code`case ${tag}: { ${comment}
    ${unwanted}
    ${order}
    const before = q;
    ${emitKey(Uint8Array.of(...key, brace), 0)}
    const opened = q, base = s.keyCount;
    do {
      ${emitStop(code`end`)}
      const entry = q, entryEnd = stop;
      ${emitMapKey(field.mapKey)}
      if (repeatsKey(s, s.o, base, entry, q)) throwDisorder();
      ${
        options.projected
          ? code`const chosen = inner === undefined ? undefined : keyProjection(s, inner, entry, q);
            if (chosen === null) { i = entryEnd; ${drop} }`
          : nothing
      }
      s.o[q++] = 58;
      if (i < entryEnd && b[i] === ${value.tag}) {
        i++;
        ${value.print}
      } else { ${value.printDefault} }
      if (i !== entryEnd) throwDisorder();
      ${value.dropped === undefined ? nothing : code`if (${value.dropped}) { ${drop} }`}
      ${comma}
    } while (${emitSameTag(tag)});
    dropKeys(s, base);
    ${emitCloseItems(options, closingBrace)}
    break;
  }`;
}

const brace = 123;
const closingBrace = 125;

/** The key of an entry, in quotes, or its default. */
function emitMapKey(type: ScalarType): Code {
  const isQuoted = type === ScalarType.STRING || is64Bit(type);
  const quote = isQuoted ? nothing : code`${reserve(1)} s.o[q++] = 34;`;
  const zero = zeroJson(type);
  return code`if (i < entryEnd && b[i] === ${8 + wireTypeOf(type)}) {
      i++;
      ${quote} ${emitWhole(emitScalarOf(type, code`entryEnd`))} ${quote}
    } else { ${emitBytes(text.encode(isQuoted ? zero : `"${zero}"`))} }`;
}

/** The value of a map entry: its tag was read, or it is missing. */
function emitMapValue(
  options: CaseOptions,
  module: PrintModule,
  field: MapField,
): { tag: number; print: Code; printDefault: Code; dropped?: Code } {
  switch (field.mapKind) {
    case 'message': {
      const print = module.messageFunction(field.message);
      const chosen = options.projected ? code`, chosen` : nothing;
      return {
        tag: 18,
        print: code`${emitStop(code`entryEnd`)}
          q = ${print}(s, i, stop, q, depth + 1${chosen});
          i = stop;`,
        printDefault: code`q = ${print}(s, i, i, q, depth + 1${chosen});`,
      };
    }
    case 'enum': {
      const scalar = emitEnum(options, module, field.enum);
      const print = code`${reserve(scalar.room)} ${scalar.print}`;
      const isKnown = knownEnum(module, field.enum);
      const tag = 16;
      const printDefault = code`const n = ${field.enum.values[0]?.number ?? 0}; ${print}`;
      if (isKnown === undefined) return { tag, print: code`${scalar.read} ${print}`, printDefault };
      // An entry with a number that a closed enum lacks is an unknown field.
      return {
        tag,
        print: code`${scalar.read} if (${isKnown}) { ${print} }`,
        printDefault,
        dropped: code`s.o[q - 1] === 58`,
      };
    }
    case 'scalar':
      return {
        tag: 16 + wireTypeOf(field.scalar),
        print: emitWhole(emitScalarOf(field.scalar, code`entryEnd`)),
        printDefault: emitBytes(text.encode(zeroJson(field.scalar))),
      };
  }
}
