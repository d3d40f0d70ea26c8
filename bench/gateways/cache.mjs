// Where the bench keeps what it installs, builds and writes: nothing of it is committed.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** Path of a folder in .cache/bench, which exists afterwards. */
export function cacheFolder(...names) {
  const folder = join(root, '.cache', 'bench', ...names);
  mkdirSync(folder, { recursive: true });
  return folder;
}
