import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { AuthHost } from './create.js';

/**
 * Hands the content of a file to `use`, now and whenever it has changed. `use` says what is wrong with
 * a content, if anything: then, and where the file cannot be read, the load fails; later the operator
 * is warned and what was read last stays in use. Looks by itself instead of being told, since a
 * ConfigMap changes by a link far above the file. Returns the end of it.
 */
export function watchFile(
  file: string,
  { clock, limits, warn, report }: AuthHost,
  use: (content: Buffer) => string | undefined,
): () => void {
  let last: Buffer | undefined;
  let lastProblem: string | undefined;
  let isClosed = false;
  let cancel = (): void => {};

  const take = (content: Buffer): string | undefined => {
    if (last?.equals(content)) return lastProblem;
    last = content;
    return use(content);
  };
  const look = async (): Promise<void> => {
    const problem = await readFile(file).then(take, unreadable);
    if (problem !== undefined && problem !== lastProblem)
      warn(`The file ${file} ${problem}; what was read last stays in use.`);
    lastProblem = problem;
    watch();
  };
  const watch = (): void => {
    if (!isClosed) cancel = clock.after(limits.fileReloadMs, () => void look());
  };

  try {
    lastProblem = take(readFileSync(file));
  } catch (error) {
    lastProblem = unreadable(error);
  }
  if (lastProblem !== undefined) {
    report({
      severity: 'error',
      code: 'CREDENTIALS_FILE',
      text: `The file ${lastProblem}.`,
      locations: [{ file, line: 0, column: 0 }],
    });
  }
  watch();
  return () => {
    isClosed = true;
    cancel();
  };
}

function unreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return `cannot be read (${code})`;
}
