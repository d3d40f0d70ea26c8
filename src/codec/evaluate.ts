import type { Library, Unit } from './emit/unit.js';

/** Makes the functions of a unit, in the order of its subjects. */
export type Evaluate = (unit: Unit, library: Library) => readonly unknown[];

/** Compiles the source in this process. */
export const evaluate: Evaluate = ({ parameters, body, helpers, references }, library) => {
  const names = parameters.map((parameter) => parameter.text);
  // Nothing but this program's own text is evaluated: see Code.
  const make = new Function(...names, `'use strict';\n${body.text}`) as (
    ...values: unknown[]
  ) => readonly unknown[];
  return make(...helpers.map((name) => library[name]), ...references.map(({ value }) => value));
};

/** Whether this process may compile source; not so under --disallow-code-generation-from-strings. */
export function mayEvaluate(): boolean {
  try {
    new Function('');
    return true;
  } catch {
    return false;
  }
}
