import { create, createFileRegistry, type DescFile, type FileRegistry } from '@bufbuild/protobuf';
import { type FileDescriptorProto, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import type { Diagnostic } from '../diagnostic/index.js';

/** A file and the source it came from. */
export interface LabelledFile {
  readonly proto: FileDescriptorProto;
  readonly label: string;
}

/**
 * Links files after their imports. A missing import is passed over, since it may only have held options;
 * a file that turns out to need it is left out, with those that import it, and SOURCE_UNREADABLE says so.
 */
export function linkFiles(files: ReadonlyMap<string, LabelledFile>, diagnostics: Diagnostic[]): FileRegistry {
  const missing = new Map<string, readonly string[]>();
  const ordered: LabelledFile[] = [];
  const state = new Map<string, 'visiting' | 'done'>();
  const visit = (entry: LabelledFile): void => {
    const { proto } = entry;
    state.set(proto.name, 'visiting');
    for (const dependency of proto.dependency) {
      const imported = files.get(dependency);
      if (imported === undefined || state.get(dependency) === 'done') continue;
      if (state.get(dependency) === 'visiting') {
        diagnostics.push(unlinked(entry, `imports ${dependency}, which imports it in turn.`));
      } else visit(imported);
    }
    const absent = proto.dependency.filter((dependency) => state.get(dependency) !== 'done');
    if (absent.length > 0) {
      missing.set(proto.name, absent);
      dropImports(proto, absent);
    }
    state.set(proto.name, 'done');
    ordered.push(entry);
  };
  for (const entry of files.values()) {
    if (state.get(entry.proto.name) === undefined) visit(entry);
  }
  const registryOf = (list: readonly LabelledFile[]): FileRegistry =>
    createFileRegistry(create(FileDescriptorSetSchema, { file: list.map(({ proto }) => proto) }));
  try {
    return registryOf(ordered);
  } catch {
    return registryOf(linkable(ordered, missing, diagnostics));
  }
}

/** Public imports are indexes into the list of imports, so they are counted anew. */
function dropImports(proto: FileDescriptorProto, absent: readonly string[]): void {
  const isPublic = new Set(proto.publicDependency.map((index) => proto.dependency[index]));
  proto.dependency = proto.dependency.filter((name) => !absent.includes(name));
  proto.publicDependency = proto.dependency.flatMap((name, index) => (isPublic.has(name) ? [index] : []));
  proto.weakDependency = [];
}

/** Only when the whole does not link: one file after the other, to find those that do. */
function linkable(
  ordered: readonly LabelledFile[],
  missing: ReadonlyMap<string, readonly string[]>,
  diagnostics: Diagnostic[],
): LabelledFile[] {
  const linked = new Map<string, DescFile>();
  const good: LabelledFile[] = [];
  for (const entry of ordered) {
    const { proto } = entry;
    const lost = proto.dependency.find((name) => !linked.has(name));
    if (lost !== undefined) {
      diagnostics.push(unlinked(entry, `imports ${lost}, which could not be linked.`));
      continue;
    }
    try {
      const file = createFileRegistry(proto, (name) => linked.get(name)).getFile(proto.name);
      if (file !== undefined) linked.set(proto.name, file);
      good.push(entry);
    } catch (error) {
      const absent = missing.get(proto.name);
      const reason =
        absent === undefined
          ? `does not link: ${error instanceof Error ? error.message : 'unknown reason'}.`
          : `imports ${absent.join(', ')}, which is not in any source.`;
      diagnostics.push(unlinked(entry, reason));
    }
  }
  return good;
}

function unlinked({ proto, label }: LabelledFile, reason: string): Diagnostic {
  return {
    severity: 'error',
    code: 'SOURCE_UNREADABLE',
    text: `${proto.name} of ${label} ${reason}`,
    locations: [{ file: proto.name, line: 0, column: 0 }],
    hint: 'Build the image with its imports: `buf build` does, protoc needs --include_imports.',
  };
}
