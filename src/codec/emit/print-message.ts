import type { DescMessage } from '@bufbuild/protobuf';
import { type AnyField, isDelimited } from '../runtime/any-field.js';
import { type Code, code, nothing } from './code.js';
import type { PrintModule, PrintOptions } from './print-options.js';
import { emitStop } from './print-wire.js';

/** Prints the submessage at `i`, whose tag was read, as far as `inner` wants it. */
export function emitMessage(
  options: PrintOptions,
  module: PrintModule,
  field: AnyField,
  message: DescMessage,
): Code {
  const print = module.messageFunction(message);
  const inner = options.projected ? code`, inner` : nothing;
  return isDelimited(field)
    ? code`{
        const { stop, after } = skipGroup(s, tag, i, end);
        q = ${print}(s, i, stop, q, depth + 1${inner});
        i = after;
      }`
    : code`{
        ${emitStop(code`end`)}
        q = ${print}(s, i, stop, q, depth + 1${inner});
        i = stop;
      }`;
}
