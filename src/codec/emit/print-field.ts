import { type AnyField, hasImplicitPresence } from '../runtime/any-field.js';
import { Code, code, nothing } from './code.js';
import { emitListCases } from './print-list.js';
import { emitMapCase } from './print-map.js';
import { emitMessage } from './print-message.js';
import type { CaseOptions, PrintModule, PrintOptions } from './print-options.js';
import { emitScalar, knownEnum } from './print-scalar.js';
import { emitKey, keyBytes, tagsOf } from './print-wire.js';

/** What the case of a field begins with, and its key. */
export interface CaseParts {
  readonly order: Code;
  readonly unwanted: Code;
  readonly key: Uint8Array;
  readonly comment: Code;
}

/** The defaults of fields below a number that were not in the message. */
export function emitDefaults(options: PrintOptions, table: Code, number: Code): Code {
  return code`s.q = q;
    unset = printDefaults(s, ${table}, unset, ${number}${options.projected ? code`, wanted` : nothing});
    q = s.q;`;
}

/** The cases of a field, for each tag that it may come with. */
export function emitCases(
  options: CaseOptions,
  module: PrintModule,
  field: AnyField,
  oneofs: ReadonlyMap<object, Code>,
  defaults: Code | undefined,
): Code {
  const oneof = field.oneof === undefined ? undefined : oneofs.get(field.oneof);
  const order = code`if (last >= ${field.number}) throwDisorder();
    last = ${field.number};
    ${oneof === undefined ? nothing : code`if (${oneof} !== 0) throwDisorder(); ${oneof} = 1;`}
    ${defaults === undefined ? nothing : emitDefaults(options, defaults, code`${field.number}`)}`;
  const unwanted = emitUnwanted(options, field, oneof === undefined ? nothing : order);
  const key = keyBytes(options, field);
  const comment = Code.comment(field.kind === 'field' ? field.name : field.typeName);
  switch (field.fieldKind) {
    case 'map':
      return emitMapCase(options, module, field, { order, unwanted, key, comment });
    case 'list':
      return emitListCases(options, module, field, { order, unwanted, key, comment });
    case 'message':
      return code`case ${tagsOf(field)[0] ?? 0}: { ${comment}
        ${unwanted}
        ${order}
        ${emitKey(key, 0)}
        ${emitMessage(options, module, field, field.message)}
        break;
      }`;
    default: {
      const scalar = emitScalar(options, module, field);
      const skipsZero = hasImplicitPresence(field) && !options.emitDefaults && options.alone !== true;
      const isKnown = field.fieldKind === 'enum' ? knownEnum(module, field.enum) : undefined;
      const print = code`${emitKey(key, scalar.room)} ${scalar.print}`;
      return code`case ${tagsOf(field)[0] ?? 0}: { ${comment}
        ${unwanted}
        ${scalar.read}
        ${isKnown === undefined ? nothing : code`if (!${isKnown}) break;`}
        ${order}
        ${skipsZero ? code`if (${scalar.isSet}) { ${print} }` : print}
        ${scalar.skip}
        break;
      }`;
    }
  }
}

/**
 * Passes over a field that is not wanted, before anything of it is looked at; of a member of a
 * oneof the order all the same, since it clears the others. For what is wanted of it, `inner`.
 */
function emitUnwanted(options: CaseOptions, field: AnyField, order: Code): Code {
  if (!options.projected) return nothing;
  if (options.alone === true) return code`const inner = wanted;`;
  return code`if (wanted !== undefined && !wanted.has(${field.number})) {
      ${order}
      i = skipRecord(s, tag, i, end);
      break;
    }
    ${field.message === undefined && field.fieldKind !== 'map' ? nothing : code`const inner = wanted === undefined ? undefined : wanted.get(${field.number});`}`;
}
