import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** What `--against` names. */
export type Reference =
  | { readonly kind: 'image'; readonly file: string }
  | { readonly kind: 'protos'; readonly directory: string }
  | {
      readonly kind: 'git';
      /** A folder of the repository. */
      readonly repository: string;
      readonly revision: string;
      /** Of protos, from the root of the repository; undefined for the sources that are checked, as they were then. */
      readonly folder: string | undefined;
    };

/** Why a text is no reference. */
export interface ReferenceProblem {
  readonly problem: string;
}

/**
 * Reads `before.binpb`, `old/proto`, `main`, `origin/main:proto` and, as buf writes it, `.git#branch=main,subdir=proto`.
 * What exists as a file or folder is that; everything else is of git.
 */
export function readReference(text: string, cwd: string): Reference | ReferenceProblem {
  if (text === '' || text.includes('\0')) return { problem: 'it is empty' };
  if (/\.git\/?(#|$)/.test(text)) return readBufReference(text, cwd);
  const path = resolve(cwd, text);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) return { kind: 'protos', directory: path };
  if (found?.isFile() === true) return { kind: 'image', file: path };
  if (/\.(binpb|bin|pb)$/.test(text)) return { problem: 'there is no such file' };
  const colon = text.indexOf(':');
  const [revision, folder] = colon < 0 ? [text, undefined] : [text.slice(0, colon), text.slice(colon + 1)];
  return gitReference(cwd, revision, folder);
}

function readBufReference(text: string, cwd: string): Reference | ReferenceProblem {
  const [path = '', fragment = ''] = text.split('#', 2);
  if (path.includes('://')) return { problem: 'only repositories of this machine can be read' };
  const settings = new Map(
    fragment.split(',').map((part): [string, string] => {
      const [name = '', ...value] = part.split('=');
      return [name, value.join('=')];
    }),
  );
  const unknown = [...settings.keys()].find((name) => !['branch', 'tag', 'ref', 'subdir'].includes(name));
  if (unknown !== undefined)
    return {
      problem:
        fragment === ''
          ? 'it names no branch, tag or ref'
          : `"${unknown}" is none of branch, tag, ref and subdir`,
    };
  const [branch, tag, ref] = ['branch', 'tag', 'ref'].map((name) => settings.get(name));
  const revision = branch ?? (tag === undefined ? ref : `refs/tags/${tag}`);
  if (revision === undefined) return { problem: 'it names no branch, tag or ref' };
  return gitReference(dirname(resolve(cwd, path)), revision, settings.get('subdir'));
}

function gitReference(
  repository: string,
  revision: string,
  folder: string | undefined,
): Reference | ReferenceProblem {
  // Git would take it for an option.
  if (revision === '' || revision.startsWith('-')) return { problem: `"${revision}" is no revision` };
  const parts = folder?.split('/').filter((part) => part !== '' && part !== '.') ?? [];
  if (parts.includes('..')) return { problem: `the folder "${folder}" is not inside of the repository` };
  return { kind: 'git', repository, revision, folder: folder === undefined ? undefined : parts.join('/') };
}
