import { join } from 'node:path';
import type { Settings } from '../../config/index.js';
import { type Diagnostic, DiagnosticsError } from '../../diagnostic/index.js';
import { gatewayOptionsOf, type LoadedOutline, loadOutline } from '../../server/index.js';
import type { SourceFlags } from '../flags/source.js';
import { settingsOf } from '../settings.js';
import { commitOf, GitError, repositoryRoot } from './git.js';
import { createOldTree, type OldTree } from './old-tree.js';
import { type Reference, readReference } from './reference.js';

/**
 * The surface that `--against` names. An image and a folder are read with the configuration of now; a revision of git
 * with the one that it has, where the file lies in the repository. Throws DiagnosticsError for what cannot be read.
 */
export async function loadBefore(text: string, flags: SourceFlags, now: Settings): Promise<LoadedOutline> {
  const reference = readReference(text, process.cwd());
  if ('problem' in reference) throw unusable(text, `${reference.problem}.`);
  const nothing = { descriptors: [], protos: [], reflect: [] };
  switch (reference.kind) {
    case 'image':
      return load({ ...now, ...nothing, descriptors: [reference.file] });
    case 'protos':
      return load({ ...now, ...nothing, protos: [reference.directory] });
    case 'git':
      return loadRevision(text, reference, flags);
  }
}

const load = (settings: Settings): Promise<LoadedOutline> => loadOutline(gatewayOptionsOf(settings));

async function loadRevision(
  text: string,
  { repository, revision, folder }: Extract<Reference, { kind: 'git' }>,
  flags: SourceFlags,
): Promise<LoadedOutline> {
  const root = repositoryRoot(repository);
  if (root === undefined)
    throw unusable(text, 'there is no such file or folder, and no git repository here that could have it.');
  let tree: OldTree;
  try {
    tree = createOldTree(root, commitOf(root, revision));
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    const hint = `In CI, fetch it first: git fetch origin ${revision.replace(/^origin\//, '')}, or a checkout with its history (fetch-depth: 0).`;
    throw unusable(text, `there is no such file or folder, and git knows no revision "${revision}".`, hint);
  }
  try {
    const settings = settingsIn(tree, root, folder, flags);
    if (settings.protos.length + settings.descriptors.length === 0) {
      const hint = `Name the folder of protos: --against ${revision}:proto`;
      throw unusable(text, `none of the sources lies in that revision.`, hint);
    }
    return await load(settings);
  } catch (error) {
    throw error instanceof DiagnosticsError ? renamed(error, tree, revision) : error;
  } finally {
    tree.remove();
  }
}

/** The settings that the flags give with the files of the revision, which are brought. */
function settingsIn(tree: OldTree, root: string, folder: string | undefined, flags: SourceFlags): Settings {
  const { config, ...sources } = flags;
  const hasConfig = config !== undefined && tree.bring(config);
  const settings = settingsOf({ ...sources, ...(hasConfig ? { config: tree.at(config) } : {}) });
  const isProto = (path: string): boolean => path.endsWith('.proto');
  const brought = (paths: readonly string[], wanted?: (path: string) => boolean): readonly string[] =>
    paths.filter((path) => tree.bring(path, wanted)).map(tree.at);
  return {
    ...settings,
    reflect: [],
    rules: brought(settings.rules),
    protos: brought(folder === undefined ? settings.protos : [join(root, folder)], isProto),
    descriptors: folder === undefined ? brought(settings.descriptors) : [],
  };
}

/** What was said of files in a folder that is gone by now. */
function renamed({ diagnostics }: DiagnosticsError, tree: OldTree, revision: string): DiagnosticsError {
  const at = (text: string): string => tree.named(text);
  return new DiagnosticsError(
    diagnostics.map((one) => ({
      ...one,
      text: `At ${revision}: ${at(one.text)}`,
      locations: one.locations.map((location) => ({ ...location, file: at(location.file) })),
    })),
  );
}

function unusable(text: string, problem: string, hint?: string): DiagnosticsError {
  const diagnostic: Diagnostic = {
    severity: 'error',
    code: 'SOURCE_UNREADABLE',
    text: `--against ${JSON.stringify(text)} cannot be used: ${problem}`,
    locations: [],
  };
  return new DiagnosticsError([hint === undefined ? diagnostic : { ...diagnostic, hint }]);
}
