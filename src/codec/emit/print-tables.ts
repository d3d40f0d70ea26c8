import type { DescEnum, DescField, DescMessage } from '@bufbuild/protobuf';
import { ScalarType } from '@bufbuild/protobuf';
import { hasImplicitPresence } from '../runtime/any-field.js';
import { isNullEnum } from '../runtime/enum-value.js';
import type { Defaults, EnumNames } from '../runtime/print-structure.js';
import { is64Bit } from '../runtime/scalar.js';
import type { Tables } from './module.js';
import type { PrintOptions } from './print-options.js';

const text = new TextEncoder();

/** The tables that printing functions refer to. */
export function printTables(options: PrintOptions): Tables {
  return {
    message: { type: (message) => message, defaults: (message) => defaultsOf(options, message) },
    enum: { names: enumNames },
  };
}

const enumTables = new WeakMap<DescEnum, EnumNames>();

function enumNames(desc: DescEnum): EnumNames {
  let table = enumTables.get(desc);
  if (table === undefined) {
    const all = new Map<number, Uint8Array>();
    for (const value of desc.values)
      if (!all.has(value.number))
        all.set(value.number, text.encode(JSON.stringify(desc.value[value.number]?.jsonName)));
    table = { all, low: Array.from({ length: 64 }, (_, number) => all.get(number)) };
    enumTables.set(desc, table);
  }
  return table;
}

/** JSON of a scalar's default. */
export function zeroJson(type: ScalarType): string {
  if (is64Bit(type)) return '"0"';
  if (type === ScalarType.BOOL) return 'false';
  return type === ScalarType.STRING || type === ScalarType.BYTES ? '""' : '0';
}

/** JSON of a field that the message does not hold, when it is asked for alone. */
export function defaultJson(options: PrintOptions, field: DescField): string {
  if (field.fieldKind === 'list') return '[]';
  if (field.fieldKind === 'map') return '{}';
  if (field.fieldKind === 'message' || !hasImplicitPresence(field)) return 'null';
  if (field.fieldKind === 'scalar') return zeroJson(field.scalar);
  if (isNullEnum(field.enum)) return 'null';
  const name = options.enumsAsNumbers ? undefined : field.enum.value[0]?.jsonName;
  return name === undefined ? '0' : JSON.stringify(name);
}

/** Defaults that a message prints when they are asked for, in order of their numbers. */
export function defaultsOf(options: PrintOptions, message: DescMessage): Defaults {
  return [...message.fields]
    .sort((a, b) => a.number - b.number)
    .filter((field) => field.fieldKind === 'list' || field.fieldKind === 'map' || hasImplicitPresence(field))
    .filter((field) => field.fieldKind !== 'message')
    .map((field) => ({
      number: field.number,
      json: text.encode(
        `,${JSON.stringify(options.protoNames ? field.name : field.jsonName)}:${defaultJson(options, field)}`,
      ),
    }));
}
