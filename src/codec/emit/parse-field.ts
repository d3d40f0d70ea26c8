import type { DescMessage } from '@bufbuild/protobuf';
import { type AnyField, hasImplicitPresence, isDelimited } from '../runtime/any-field.js';
import { isNullEnum } from '../runtime/enum-value.js';
import { tagBytes } from './bytes.js';
import { type Code, code, nothing } from './code.js';
import { emitMap } from './parse-map.js';
import type { ParseModule, ParseOptions } from './parse-options.js';
import { emitElement, emitTag, wireTypeOfElement } from './parse-scalar.js';

/**
 * Reads the value of a field and writes it with its tag. `null` is an absent field, except in the two
 * types that have a null (ProtoJSON, null).
 */
export function emitFieldOrNull(
  options: ParseOptions,
  module: ParseModule,
  field: AnyField,
  oneof: Code | undefined,
): Code {
  const claim = oneof === undefined ? nothing : code`if (${oneof} !== 0) refuse(); ${oneof} = 1;`;
  const value = code`${claim} ${emitField(options, module, field)}`;
  const singular = field.fieldKind !== 'list' && field.fieldKind !== 'map';
  if (singular && hasNull(field)) return value;
  return code`if (b[s.i] === 110) nullWord(s);
    else {
      ${value}
    }`;
}

function hasNull(field: AnyField): boolean {
  return (
    field.message?.typeName === 'google.protobuf.Value' ||
    (field.enum !== undefined && isNullEnum(field.enum))
  );
}

function emitField(options: ParseOptions, module: ParseModule, field: AnyField): Code {
  switch (field.fieldKind) {
    case 'message':
      return emitMessage(module, field, field.message);
    case 'map':
      return emitMap(options, module, field);
    case 'list':
      return emitList(options, module, field);
    default: {
      const value = emitElement(options, module, field);
      const skipsZero = hasImplicitPresence(field);
      const tag = emitTag(field.number, wireTypeOfElement(field));
      if (value.bytes !== undefined) {
        const size = tagBytes(field.number, 2).length;
        return skipsZero
          ? code`const at = s.q; ${tag} ${value.bytes} if (s.q === at + ${size + 1}) s.q = at;`
          : code`${tag} ${value.bytes}`;
      }
      const isSet = skipsZero ? value.isSet : value.isKnown;
      const write = code`${tag} ${value.write}`;
      return code`${value.read} ${isSet === undefined ? write : code`if (${isSet}) { ${write} }`}`;
    }
  }
}

function emitMessage(module: ParseModule, field: AnyField, message: DescMessage): Code {
  const parse = module.messageFunction(message);
  if (isDelimited(field))
    return code`${emitTag(field.number, 3)} ${parse}(s, depth + 1, 0); ${emitTag(field.number, 4)}`;
  return code`{
    ${emitTag(field.number, 2)}
    const at = s.q++;
    ${parse}(s, depth + 1, 0);
    close(s, at);
  }`;
}

function emitList(
  options: ParseOptions,
  module: ParseModule,
  field: AnyField & { readonly fieldKind: 'list' },
): Code {
  const each = (element: Code): Code => code`do {
    ${element}
  } while (moreElements(s));`;
  if (field.listKind === 'message')
    return code`if (openArray(s)) ${each(emitMessage(module, field, field.message))}`;
  const value = emitElement(options, module, field);
  const tag = emitTag(field.number, wireTypeOfElement(field));
  if (value.bytes !== undefined) return code`if (openArray(s)) ${each(code`${tag} ${value.bytes}`)}`;
  const write = (statements: Code): Code =>
    value.isKnown === undefined ? statements : code`if (${value.isKnown}) { ${statements} }`;
  if (!field.packed)
    return code`if (openArray(s)) ${each(code`${value.read} ${write(code`${tag} ${value.write}`)}`)}`;
  return code`if (openArray(s)) {
    const start = s.q;
    ${emitTag(field.number, 2)}
    const at = s.q++;
    ${each(code`${value.read} ${write(value.write)}`)}
    if (s.q === at + 1) s.q = start; else close(s, at);
  }`;
}
