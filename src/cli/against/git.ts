import { spawnSync } from 'node:child_process';

/** A file of a commit. */
export interface TreeFile {
  /** From the root of the repository. */
  readonly path: string;
  readonly object: string;
}

/** Git did not do what it was asked. The message is its own. */
export class GitError extends Error {
  override readonly name = 'GitError';
}

/** All of googleapis is 21 MB. */
const outputBytesMax = 256 * 1024 * 1024;

/** Runs git without a shell, without asking anybody, and with paths that are no patterns. Throws GitError. */
function git(folder: string, args: readonly string[], input = ''): Buffer {
  const { status, stdout, stderr, error } = spawnSync('git', args, {
    cwd: folder,
    input,
    maxBuffer: outputBytesMax,
    env: {
      ...process.env,
      LC_ALL: 'C',
      GIT_TERMINAL_PROMPT: '0',
      GIT_OPTIONAL_LOCKS: '0',
      GIT_LITERAL_PATHSPECS: '1',
    },
  });
  if (status === 0) return stdout;
  throw new GitError(error?.message ?? stderr.toString('utf8').trim());
}

/** The root of the repository that a folder is in, undefined where it is in none or there is no git. */
export function repositoryRoot(folder: string): string | undefined {
  try {
    return git(folder, ['rev-parse', '--show-toplevel']).toString('utf8').replace(/\n$/, '');
  } catch {
    return undefined;
  }
}

/** The id of the commit that a revision names. It does not begin with "-". Throws GitError. */
export function commitOf(root: string, revision: string): string {
  return git(root, ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`])
    .toString('utf8')
    .trim();
}

/** The files of a commit at or below a path, `''` for all. Links and submodules are none. Throws GitError. */
export function filesOf(root: string, commit: string, path: string): readonly TreeFile[] {
  const below = path === '' ? [] : [path];
  return git(root, ['ls-tree', '-r', '-z', '--full-tree', commit, '--', ...below])
    .toString('utf8')
    .split('\0')
    .flatMap((entry) => {
      const [, object, file] = /^100\d{3} blob ([0-9a-f]+)\t(.*)$/s.exec(entry) ?? [];
      return object === undefined || file === undefined ? [] : [{ path: file, object }];
    });
}

/** The contents of files, in their order. Throws GitError. */
export function contentsOf(root: string, files: readonly TreeFile[]): readonly Buffer[] {
  if (files.length === 0) return [];
  const output = git(root, ['cat-file', '--batch'], `${files.map(({ object }) => object).join('\n')}\n`);
  let at = 0;
  return files.map(({ path }) => {
    const end = output.indexOf('\n', at);
    const size = Number(/^[0-9a-f]+ blob (\d+)$/.exec(output.toString('latin1', at, end))?.[1]);
    if (Number.isNaN(size)) throw new GitError(`${path} cannot be read`);
    at = end + 1 + size + 1;
    return output.subarray(end + 1, end + 1 + size);
  });
}

/** Paths of the .proto files that are tracked, from the root of the repository. */
export function trackedProtos(root: string): readonly string[] {
  return git(root, ['ls-files', '-z'])
    .toString('utf8')
    .split('\0')
    .filter((path) => path.endsWith('.proto'));
}
