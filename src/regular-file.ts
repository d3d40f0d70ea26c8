import { existsSync, readFileSync, realpathSync, type Stats, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';

/**
 * What a file that somebody has configured holds. A named pipe would be waited for without end, and a device never ends:
 * rejects for both, as for a folder and what may not be read. A pipe of the shell, `<(buf build -o -)`, is read.
 */
export async function readRegularFile(file: string, signal?: AbortSignal): Promise<Buffer> {
  refuseOthers(file, await stat(file));
  return readFile(file, { signal });
}

/** The same at once. */
export function readRegularFileSync(file: string): Buffer {
  refuseOthers(file, statSync(file));
  return readFileSync(file);
}

/** Why a file cannot be read, for its operator; in a word, or as what to do. */
export function unreadableReason(error: unknown): string {
  if (error instanceof NoFile) return error.message;
  return error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
}

/** Throws where there is something else than a file. */
export function refuseOthers(file: string, stats: Stats): void {
  if (stats.isFile()) return;
  if (stats.isDirectory()) throw new NoFile('it is a folder: name a file in it');
  if (stats.isFIFO()) {
    if (isOfShell(file)) return;
    throw new NoFile('it is a named pipe: write what comes out of it to a file, and name that');
  }
  throw new NoFile('it is a device or a socket: name a file');
}

class NoFile extends Error {}

/** A pipe that only processes hold has a name that leads nowhere. */
function isOfShell(file: string): boolean {
  try {
    return !existsSync(realpathSync(file));
  } catch {
    return true;
  }
}
