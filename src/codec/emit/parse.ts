import type { DescMessage, ScalarType } from '@bufbuild/protobuf';
import type { AnyField } from '../runtime/any-field.js';
import { createLookups } from '../runtime/lookups.js';
import { wireTypeOf } from '../runtime/scalar.js';
import { wrappedScalar } from '../runtime/well-known.js';
import { Code, code, nothing } from './code.js';
import { dispatchFunction } from './dispatch.js';
import { emitFieldOrNull } from './parse-field.js';
import type { ParseModule, ParseOptions } from './parse-options.js';
import { emitScalarOf } from './parse-scalar.js';

/** Fields that one number remembers as given. */
const bitsPerMask = 30;

/** Function of a message type: reads the value at `s.i` and writes the message at `s.q`. */
export function emitParse(
  options: ParseOptions,
  module: ParseModule,
  message: DescMessage,
  name: Code,
): Code {
  const wrapped = wrappedScalar(message.typeName);
  if (wrapped !== undefined) return emitWrapper(wrapped, message, name);
  const fields = message.fields;
  const masks = Array.from(
    { length: Math.ceil(fields.length / bitsPerMask) },
    (_, index) => code`given${index}`,
  );
  const oneofs = new Map(
    message.oneofs
      .filter((oneof) => oneof.fields.length > 1)
      .map((oneof, index) => [oneof as object, code`oneof${index}`]),
  );
  const indexes = new Map(fields.map((field, index) => [field, index]));
  const words = [...createLookups().byName(message)].map(([text, field]) => ({
    text,
    value: indexes.get(field) ?? 0,
  }));
  const fieldOf = module.helper(fields, `field_${message.typeName}`, (own) =>
    dispatchFunction(own, words, -1),
  );
  return code`${Code.comment(message.typeName)}
    function ${name}(s, depth, any) {
      enter(s, depth);
      if (!openObject(s)) return;
      const b = s.b;
      ${masks.map((mask) => code`let ${mask} = 0;`)}
      ${[...oneofs.values()].map((oneof) => code`let ${oneof} = 0;`)}
      let others = undefined;
      do {
        const length = key(s);
        switch (${fieldOf}(s, s.k, length)) {
          ${fields.map((field, index) => {
            const mask = masks[Math.floor(index / bitsPerMask)] ?? nothing;
            const bit = 1 << (index % bitsPerMask);
            const oneof = field.oneof === undefined ? undefined : oneofs.get(field.oneof);
            return code`case ${index}: { ${Code.comment(field.name)}
              if ((${mask} & ${bit}) !== 0) refuse();
              ${mask} |= ${bit};
              ${emitFieldOrNull(options, module, field, oneof)}
              break;
            }`;
          })}
          default:
            others = parseMember(s, ${module.table('type', message)}, length, depth, any, others);
        }
      } while (moreMembers(s));
    }`;
}

/** Function that reads the value of one field or extension, and writes it with its tag; nothing for null. */
export function emitParseField(
  options: ParseOptions,
  module: ParseModule,
  field: AnyField,
  name: Code,
): Code {
  return code`${Code.comment(field.name)}
    function ${name}(s, depth, any) {
      const b = s.b;
      ${emitFieldOrNull(options, module, field, undefined)}
    }`;
}

/** Function of a wrapper: its JSON is that of its field 1. */
function emitWrapper(type: ScalarType, message: DescMessage, name: Code): Code {
  const scalar = emitScalarOf(type);
  const tag = code`s.o[s.q++] = ${8 + wireTypeOf(type)};`;
  return code`${Code.comment(message.typeName)}
    function ${name}(s, depth) {
      enter(s, depth);
      ${
        scalar.bytes === undefined
          ? code`${scalar.read} if (${scalar.isSet}) { ${tag} ${scalar.write} }`
          : code`const at = s.q; ${tag} ${scalar.bytes} if (s.q === at + 2) s.q = at;`
      }
    }`;
}
