import { isObject, type Json } from '../json.js';

/** How a language writes values. */
export interface LiteralStyle {
  readonly none: string;
  readonly booleans: readonly [no: string, yes: string];
  readonly text: (text: string) => string;
  readonly key: (name: string) => string;
  /** Between a brace and what is next to it, on one line. */
  readonly gap: '' | ' ';
}

/** Longer than this, what has members has a line for each. */
const lineMax = 60;

/** A value as a language writes it; `indent` is that of the line it begins on. */
export function literal(value: Json, style: LiteralStyle, indent = ''): string {
  if (value === null || value === undefined) return style.none;
  if (typeof value === 'boolean') return style.booleans[value ? 1 : 0];
  if (typeof value === 'string') return style.text(value);
  if (typeof value === 'number') return String(value);
  const inner = `${indent}  `;
  const [open, close, gap, members] = isObject(value)
    ? [
        '{',
        '}',
        style.gap,
        Object.entries(value).map(([name, member]) => `${style.key(name)}: ${literal(member, style, inner)}`),
      ]
    : ['[', ']', '', value.map((member: Json) => literal(member, style, inner))];
  if (members.length === 0) return `${open}${close}`;
  const line = `${open}${gap}${members.join(', ')}${gap}${close}`;
  return line.length <= lineMax && !line.includes('\n')
    ? line
    : `${open}\n${members.map((member) => `${inner}${member},\n`).join('')}${indent}${close}`;
}
