import { appendFile } from 'node:fs/promises';
import { DiagnosticsError } from '../diagnostic/index.js';
import type { AppendLines } from './audit.js';

/** Who wrote what is nobody else's business than the group's. */
const mode = 0o640;

/**
 * Appends lines to a file, or to standard error. Throws DiagnosticsError for a file that cannot be
 * written; one that no longer can is told of once, until it can again, and the lines are lost.
 */
export async function appendTo(
  file: string | undefined,
  warn: (text: string, cause?: unknown) => void,
): Promise<AppendLines> {
  if (file === undefined) return async (lines) => void process.stderr.write(lines);
  try {
    await appendFile(file, '', { mode });
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    const text = `The audit log cannot be written: ${problem}.`;
    throw new DiagnosticsError([{ severity: 'error', code: 'CONFIG_INVALID', text, locations: [] }]);
  }
  let isLost = false;
  return async (lines) => {
    try {
      await appendFile(file, lines, { mode });
      isLost = false;
    } catch (error) {
      if (!isLost) warn('The audit log cannot be written.', error);
      isLost = true;
    }
  };
}
