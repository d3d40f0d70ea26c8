import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { repositoryRoot, trackedProtos } from '../against/git.js';

/** "shop/catalog/v1/catalog.proto", as imports name it → the file, as somebody in a folder names it. */
export type FileNames = (imported: string, folder: string) => string;

/**
 * Finds the files that descriptors were compiled from: below the folders of protos, below this one, or, for images,
 * where the repository has one file of that name. What is not found keeps the name that imports have for it.
 */
export function sourceFiles(protos: readonly string[], cwd: string): FileNames {
  const roots = [...protos.map((folder) => resolve(cwd, folder)), cwd];
  const found = new Map<string, string | undefined>();
  let tracked: readonly string[] | undefined;
  const find = (imported: string): string | undefined => {
    const direct = roots.map((root) => join(root, imported)).find((file) => existsSync(file));
    if (direct !== undefined) return direct;
    tracked ??= trackedFiles(cwd);
    const [only, ...others] = tracked.filter((path) => path.endsWith(`/${imported}`));
    return others.length > 0 ? undefined : only;
  };
  return (imported, folder) => {
    if (!found.has(imported)) found.set(imported, find(imported));
    const file = found.get(imported);
    return file === undefined ? imported : relative(folder, file).replaceAll('\\', '/');
  };
}

function trackedFiles(cwd: string): readonly string[] {
  const root = repositoryRoot(cwd);
  return root === undefined ? [] : trackedProtos(root).map((path) => join(root, path));
}
