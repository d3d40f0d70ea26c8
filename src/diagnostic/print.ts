import { readFileSync } from 'node:fs';
import type { Diagnostic, Location } from './diagnostic.js';

/** How diagnostics are printed. */
export interface PrintOptions {
  readonly colours: boolean;
}

const colourOf = { error: '31', warning: '33', note: '36' } as const;

/**
 * A diagnostic for people: severity, text and code; the first place with its source line and a caret, where
 * the file can be read; the other places; the hint. Ends with a line break.
 */
export function printDiagnostic(diagnostic: Diagnostic, { colours }: PrintOptions): string {
  const paint = (code: string, text: string): string => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);
  const lines = [
    `${paint(`1;${colourOf[diagnostic.severity]}`, diagnostic.severity)} ${diagnostic.text} ${paint('2', `[${diagnostic.code}]`)}`,
  ];
  const [first, ...others] = diagnostic.locations;
  if (first !== undefined) lines.push(`  ${paint('4', place(first))}`, ...excerpt(first, paint));
  for (const other of others) lines.push(`  and ${paint('4', place(other))}`);
  if (diagnostic.hint !== undefined) lines.push(`  ${paint('32', 'hint')} ${diagnostic.hint}`);
  return `${lines.join('\n')}\n`;
}

/** "file:line:column", as terminals and editors link it. */
export function place({ file, line, column }: Location): string {
  return line === 0 ? file : `${file}:${line}:${column}`;
}

function excerpt({ file, line, column }: Location, paint: (code: string, text: string) => string): string[] {
  if (line === 0) return [];
  let text: string | undefined;
  try {
    text = readFileSync(file, 'utf8').split('\n')[line - 1];
  } catch {
    // The names in an image are import paths, not files of this machine: then there is no line to show.
  }
  if (text === undefined) return [];
  const margin = `  ${String(line)} │ `;
  const caret = `${' '.repeat(margin.length - 2)}${paint('2', '│')}${' '.repeat(Math.max(column, 1))}${paint('31', '^')}`;
  return [`${paint('2', margin)}${text}`, column === 0 ? '' : caret].filter((row) => row !== '');
}
