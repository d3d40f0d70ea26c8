import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { contentsOf, filesOf } from './git.js';

/**
 * Some files of a commit, in a folder of their own at the paths that they have in the repository. Paths may be those of
 * the repository or, already, those of the folder.
 */
export interface OldTree {
  /** Where a path of the repository is here; a path outside of the repository is itself. */
  at(path: string): string;
  /** Brings a file, or what of a folder `wanted` wants. Says whether there is any; what is outside is there already. */
  bring(path: string, wanted?: (path: string) => boolean): boolean;
  /** "/tmp/…/shop.proto" → "shop.proto" in texts for people. */
  named(text: string): string;
  remove(): void;
}

/** An empty folder for files of a commit. Nothing is checked out: the repository is only read. */
export function createOldTree(root: string, commit: string): OldTree {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'propylon-against-'));
  const realRoot = realpathSync(root);
  const inside = (path: string): string | undefined => {
    const absolute = real(resolve(path));
    return [folder, realRoot]
      .map((base) => relative(base, absolute).replaceAll('\\', '/'))
      .find((from) => from !== '..' && !from.startsWith('../') && !isAbsolute(from));
  };
  return {
    at(path) {
      const from = inside(path);
      return from === undefined ? path : join(folder, from);
    },
    bring(path, wanted = () => true) {
      const from = inside(path);
      if (from === undefined) return true;
      const files = filesOf(root, commit, from).filter((file) => wanted(file.path));
      const contents = contentsOf(root, files);
      files.forEach((file, index) => {
        const to = join(folder, file.path);
        // Only a commit that was made by hand has such a path.
        if (relative(folder, to).startsWith('..')) return;
        mkdirSync(dirname(to), { recursive: true });
        writeFileSync(to, contents[index] ?? '');
      });
      return files.length > 0;
    },
    named: (text) => text.replaceAll(`${folder}/`, ''),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The path without links, as far as it exists. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(real(parent), relative(parent, path));
  }
}
