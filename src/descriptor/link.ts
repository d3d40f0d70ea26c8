import {
  create,
  createFileRegistry,
  createMutableRegistry,
  type DescFile,
  type Registry,
} from '@bufbuild/protobuf';
import { nestedTypes } from '@bufbuild/protobuf/reflect';
import {
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';
import type { Diagnostic } from '../diagnostic/index.js';
import type { Steps } from '../steps.js';

/** A file and the source it came from. */
export interface LabelledFile {
  readonly proto: FileDescriptorProto;
  readonly label: string;
}

/** Files with their types, in an order in which each comes after its imports. */
export interface LinkedFiles {
  readonly types: Registry;
  readonly files: readonly DescFile[];
  getFile(name: string): DescFile | undefined;
}

/** Top-level types that are linked in one step: some milliseconds' work, and what they import is looked up once for all. */
const typesAtOnce = 200;

/**
 * Links files after their imports. A missing import is passed over, since it may only have held options;
 * a file that turns out to need it is left out, with those that import it, and SOURCE_UNREADABLE says so.
 */
export function* linkFiles(
  files: ReadonlyMap<string, LabelledFile>,
  diagnostics: Diagnostic[],
): Steps<LinkedFiles> {
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
  try {
    return yield* linkedInBatches(ordered);
  } catch {
    // What uses more than it imports may link where everything is known; what does not is to be found.
  }
  try {
    return linkedAtOnce(ordered);
  } catch {
    return linkedAtOnce(linkable(ordered, missing, diagnostics));
  }
}

function linkedAtOnce(list: readonly LabelledFile[]): LinkedFiles {
  const types = createFileRegistry(create(FileDescriptorSetSchema, { file: list.map(({ proto }) => proto) }));
  return { types, files: [...types.files], getFile: (name) => types.getFile(name) };
}

/** Throws where a file needs what neither it nor what it imports defines. */
function* linkedInBatches(ordered: readonly LabelledFile[]): Steps<LinkedFiles> {
  const files = new Map<string, DescFile>();
  const types = createMutableRegistry();
  for (const batch of batches(ordered)) {
    yield;
    const own = new Map(batch.map((proto) => [proto.name, proto]));
    // A file that imports all of them, the last first: those that are linked first are the ones that it imports last.
    const all = create(FileDescriptorProtoSchema, {
      dependency: [...importsOf(batch, files), ...[...own.keys()].reverse()],
    });
    const linked = createFileRegistry(all, (name) => own.get(name) ?? asImport(files.get(name)));
    for (const name of own.keys()) {
      const file = linked.getFile(name);
      if (file === undefined) continue;
      files.set(name, file);
      for (const type of nestedTypes(file)) types.add(type);
    }
  }
  return { types, files: [...files.values()], getFile: (name) => files.get(name) };
}

function* batches(ordered: readonly LabelledFile[]): Generator<readonly FileDescriptorProto[]> {
  let batch: FileDescriptorProto[] = [];
  let size = 0;
  for (const { proto } of ordered) {
    batch.push(proto);
    size += 1 + proto.messageType.length + proto.enumType.length;
    if (size < typesAtOnce) continue;
    yield batch;
    batch = [];
    size = 0;
  }
  if (batch.length > 0) yield batch;
}

/** The files, of those that are linked, whose types the files of a batch may name. */
function importsOf(
  batch: readonly FileDescriptorProto[],
  files: ReadonlyMap<string, DescFile>,
): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { dependency } of batch) for (const name of dependency) if (files.has(name)) found.add(name);
  // A set grows while it is walked.
  for (const name of found) {
    const { dependency = [], publicDependency = [] } = files.get(name)?.proto ?? {};
    for (const index of publicDependency) {
      const passedOn = dependency[index];
      if (passedOn !== undefined) found.add(passedOn);
    }
  }
  return found;
}

/** Without what it imports itself, which the registry would take in along every path that leads there. */
function asImport(file: DescFile | undefined): DescFile | undefined {
  return file && { ...file, dependencies: [] };
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
