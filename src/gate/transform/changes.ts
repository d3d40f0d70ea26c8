import type { Policy } from '../policy/schema.js';
import { type ValueTemplate, valueTemplate } from './template.js';

/** A change as a policy writes it; the schema has seen to it that there is one action. */
export type WrittenChange = NonNullable<NonNullable<Policy['transform']>['requestHeaders']>[number];

/** A change, read. */
export type Change =
  | { readonly kind: 'set' | 'default'; readonly name: string; readonly value: ValueTemplate }
  | { readonly kind: 'rename'; readonly name: string; readonly to: string }
  | { readonly kind: 'drop'; readonly name: string };

/** A problem where the value is no template, or `drop` is false, which nobody can mean. */
export function readChange(written: WrittenChange): Change | { readonly problem: string } {
  const { name, set, default: otherwise, rename, drop } = written;
  const text = set ?? otherwise;
  if (text !== undefined) {
    const value = valueTemplate(text);
    if ('problem' in value) return { problem: `${name}: ${value.problem}` };
    return { kind: set === undefined ? 'default' : 'set', name, value };
  }
  if (rename !== undefined) return { kind: 'rename', name, to: rename };
  return drop === true ? { kind: 'drop', name } : { problem: `${name}: drop: false does nothing` };
}
