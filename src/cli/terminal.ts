import { type Diagnostic, printDiagnostic } from '../diagnostic/index.js';

/** Colours for people at a terminal who did not say no (no-color.org). */
const colours = process.stderr.isTTY === true && process.env['NO_COLOR'] === undefined;

/** Prints to standard error, so that standard output holds what was asked for. */
export function printDiagnostics(diagnostics: readonly Diagnostic[], verbose: boolean): void {
  const shown = diagnostics.filter((diagnostic) => verbose || diagnostic.severity !== 'note');
  for (const diagnostic of shown) process.stderr.write(printDiagnostic(diagnostic, { colours }));
  const notes = diagnostics.length - shown.length;
  if (notes > 0)
    process.stderr.write(`${notes} ${notes === 1 ? 'note' : 'notes'} not shown: --verbose prints them\n`);
}

/** Rows as columns padded to their widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, cell.length);
    });
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
