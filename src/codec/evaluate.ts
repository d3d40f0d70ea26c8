import type { Code } from './emit/code.js';
import type { Reference } from './emit/module.js';

/**
 * Makes functions of a module's source, which is `text`: those named, in the same order. `library`
 * is what the source uses of the runtime, by name.
 */
export function evaluate(
  module: { readonly references: readonly Reference[] },
  text: string,
  library: Readonly<Record<string, unknown>>,
  names: readonly Code[],
): unknown[] {
  const result = `return [${names.map((name) => name.text).join(', ')}];`;
  const source = `'use strict';\n${text}\n${result}`;
  const used = Object.keys(library).filter((name) => new RegExp(`\\b${name}\\b`).test(source));
  const parameters = [...used, ...module.references.map(({ name }) => name.text)];
  const values = [...used.map((name) => library[name]), ...module.references.map(({ value }) => value)];
  // Nothing but this program's own text is evaluated: see Code.
  const make = new Function(...parameters, source) as (...values: unknown[]) => unknown[];
  return make(...values);
}
