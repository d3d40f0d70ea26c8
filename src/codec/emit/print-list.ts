import { ScalarType } from '@bufbuild/protobuf';
import type { AnyField } from '../runtime/any-field.js';
import { type Code, code, nothing } from './code.js';
import type { CaseParts } from './print-field.js';
import { emitMessage } from './print-message.js';
import type { CaseOptions, PrintModule } from './print-options.js';
import { emitScalar, knownEnum } from './print-scalar.js';
import { comma, emitKey, emitSameTag, emitStop, reserve, tagsOf } from './print-wire.js';

/** The cases of a repeated field: one by one, and packed where it may come so. */
export function emitListCases(
  options: CaseOptions,
  module: PrintModule,
  field: AnyField & { readonly fieldKind: 'list' },
  { order, unwanted, key, comment }: CaseParts,
): Code {
  const element =
    field.listKind === 'message'
      ? code`${emitMessage(options, module, field, field.message)} ${comma}`
      : emitElement(options, module, field);
  const list = (tag: number, body: Code): Code => code`case ${tag}: { ${comment}
    ${unwanted}
    ${order}
    const before = q;
    ${emitKey(Uint8Array.of(...key, bracket), 0)}
    const opened = q;
    do {
      ${body}
    } while (${emitSameTag(tag)});
    ${emitCloseItems(options, closingBracket)}
    break;
  }`;
  const [own, packed] = tagsOf(field);
  return code`${list(own ?? 0, element)}
    ${
      packed === undefined
        ? nothing
        : list(
            packed,
            code`${emitStop(code`end`)}
              q = ${packedFunction(module, field, element)}(s, i, stop, q);
              i = stop;`,
          )
    }`;
}

/**
 * Name of the function that prints what is packed between two places. One of its own, since the
 * compiler takes only so much into one: what a message does with other fields would crowd it out.
 */
function packedFunction(module: PrintModule, field: AnyField, element: Code): Code {
  const [key, text] =
    field.enum === undefined
      ? [`packed ${field.scalar}`, `packed_${ScalarType[field.scalar ?? 0]}`]
      : [`packed enum ${field.enum.typeName}`, `packed_${field.enum.typeName}`];
  return module.helper(
    key,
    text,
    (name) => code`function ${name}(s, i, end, q) {
      const b = s.b;
      while (i < end) {
        ${element}
      }
      checkEnd(i, end);
      return q;
    }`,
  );
}

const bracket = 91;
const closingBracket = 93;

/** One element with its comma; nothing for a number that a closed enum lacks. */
function emitElement(
  options: CaseOptions,
  module: PrintModule,
  field: AnyField & { readonly fieldKind: 'list'; readonly listKind: 'scalar' | 'enum' },
): Code {
  const scalar = emitScalar(options, module, field);
  const isKnown = field.listKind === 'enum' ? knownEnum(module, field.enum) : undefined;
  const print = code`${reserve(scalar.room)} ${scalar.print} ${comma}`;
  return code`{ ${scalar.read} ${isKnown === undefined ? print : code`if (${isKnown}) { ${print} }`} ${scalar.skip} }`;
}

/** Ends a list or map: the last comma becomes the bracket. Without elements nothing is printed, unless it is asked for. */
export function emitCloseItems(options: CaseOptions, closing: number): Code {
  const empty =
    options.emitDefaults || options.alone === true ? code`s.o[q++] = ${closing};` : code`q = before;`;
  return code`if (q === opened) ${empty} else s.o[q - 1] = ${closing};`;
}
