import type { ParseOptions } from './emit/parse-options.js';
import type { PrintOptions } from './emit/print-options.js';

/** Name of the functions from JSON to protobuf with these options: "parse", "parse ignoreUnknown". */
export function parseKey({ ignoreUnknown }: ParseOptions): string {
  return keyOf('parse', { ignoreUnknown });
}

/** Name of the functions from protobuf to JSON with these options: "print", "print projected", … */
export function printKey({ emitDefaults, enumsAsNumbers, protoNames, projected }: PrintOptions): string {
  return keyOf('print', { emitDefaults, enumsAsNumbers, protoNames, projected });
}

function keyOf(direction: string, options: Readonly<Record<string, boolean>>): string {
  const set = Object.entries(options).flatMap(([name, isSet]) => (isSet ? [name] : []));
  return [direction, ...set].join(' ');
}
