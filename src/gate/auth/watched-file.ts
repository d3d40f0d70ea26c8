import { type FSWatcher, watch } from 'node:fs';
import { dirname } from 'node:path';
import { readRegularFile, readRegularFileSync, unreadableReason } from '../../regular-file.js';
import type { AuthHost } from './create.js';

/** What is written in several steps is read once. */
const settleMs = 50;

/**
 * Hands the content of a file to `use`, now and whenever it has changed. `use` says what is wrong with
 * a content, if anything: then, and where the file cannot be read, the load fails; later the operator
 * is warned and what was read last stays in use. The folder is watched, not the file, which editors and
 * ConfigMaps replace; and since a link may lead to where nobody watches, the file is looked at now and
 * then besides. Returns the end of it.
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
  let folder: FSWatcher | undefined;
  /** Whether something has stirred since the last look: a folder that never rests is looked into all the same. */
  let isStirred = false;

  /** Undefined too where nothing has changed. */
  const take = (content: Buffer): string | undefined => {
    if (last?.equals(content)) return undefined;
    last = content;
    return use(content);
  };
  const look = async (): Promise<void> => {
    isStirred = false;
    watchFolder();
    const problem = await readRegularFile(file).then(
      (content) => (isClosed ? undefined : take(content)),
      unreadable,
    );
    if (problem !== undefined && problem !== lastProblem && !isClosed)
      warn(`The file ${file} ${problem}; what was read last stays in use.`);
    lastProblem = problem;
    if (!isStirred) lookIn(limits.fileReloadMs);
  };
  const stirred = (): void => {
    if (isStirred) return;
    isStirred = true;
    lookIn(settleMs);
  };
  const lookIn = (delayMs: number): void => {
    cancel();
    if (!isClosed) cancel = clock.after(delayMs, () => void look());
  };
  const watchFolder = (): void => {
    if (folder !== undefined || isClosed) return;
    try {
      const made = watch(dirname(file), { persistent: false }, stirred);
      folder = made;
      made.on('error', () => {
        made.close();
        folder = undefined;
      });
    } catch {
      // The folder may be there the next time.
    }
  };

  try {
    lastProblem = take(readRegularFileSync(file));
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
  watchFolder();
  lookIn(limits.fileReloadMs);
  return () => {
    isClosed = true;
    cancel();
    folder?.close();
  };
}

function unreadable(error: unknown): string {
  return `cannot be read (${unreadableReason(error)})`;
}
