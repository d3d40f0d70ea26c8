import type { DescriptorProto, FileDescriptorProto } from '@bufbuild/protobuf/wkt';
import type { Diagnostic } from '../diagnostic/index.js';
import type { SourceFile } from './merge.js';

/**
 * Orders files so that each comes after its imports, and leaves out those that cannot be linked.
 *
 * A file whose import is missing is kept as long as it uses none of its types, which is so for
 * files that only declare options. Otherwise the file, and what needs its types, is left out with a
 * SOURCE_UNREADABLE error.
 */
export function orderByImports(files: readonly SourceFile[]): {
  files: SourceFile[];
  diagnostics: Diagnostic[];
} {
  const missing = new Map<SourceFile, string[]>();
  const { kept, broken } = withoutUnresolved(files);
  const ordered = topological(kept, missing);
  return {
    files: ordered,
    diagnostics: [
      ...broken.map(({ file, type }) => unresolvable(file, type, missingImports(file, kept))),
      ...unusedImports(missing),
    ],
  };
}

interface Broken {
  readonly file: SourceFile;
  /** The first type that nothing defines. */
  readonly type: string;
}

/** Takes files out until every type that is referred to is defined by a file that is left. */
function withoutUnresolved(files: readonly SourceFile[]): { kept: readonly SourceFile[]; broken: Broken[] } {
  const broken: Broken[] = [];
  let kept = files;
  const needs = new Map(files.map((file) => [file, referencedTypes(file.proto)]));
  for (;;) {
    const defined = new Set<string>();
    for (const { proto } of kept) {
      addDefinedTypes(proto, defined);
    }
    const found = kept.flatMap((file) => {
      for (const type of needs.get(file) ?? []) {
        if (!defined.has(type)) {
          return [{ file, type }];
        }
      }
      return [];
    });
    if (found.length === 0) {
      return { kept, broken };
    }
    broken.push(...found);
    const gone = new Set(found.map(({ file }) => file));
    kept = kept.filter((file) => !gone.has(file));
  }
}

function addDefinedTypes({ package: scope, messageType, enumType }: FileDescriptorProto, names: Set<string>) {
  const prefix = scope === '' ? '' : `${scope}.`;
  for (const { name } of enumType) {
    names.add(`${prefix}${name}`);
  }
  const visit = (message: DescriptorProto, parent: string) => {
    const typeName = `${parent}${message.name}`;
    names.add(typeName);
    for (const { name } of message.enumType) {
      names.add(`${typeName}.${name}`);
    }
    for (const nested of message.nestedType) {
      visit(nested, `${typeName}.`);
    }
  };
  for (const message of messageType) {
    visit(message, prefix);
  }
}

function referencedTypes(file: FileDescriptorProto): ReadonlySet<string> {
  const names = new Set<string>();
  const add = (typeName: string) => {
    if (typeName !== '') {
      names.add(typeName.startsWith('.') ? typeName.slice(1) : typeName);
    }
  };
  const visit = ({ field, extension, nestedType }: DescriptorProto) => {
    for (const { typeName } of field) {
      add(typeName);
    }
    addExtensions(extension);
    nestedType.forEach(visit);
  };
  const addExtensions = (extensions: DescriptorProto['extension']) => {
    for (const { typeName, extendee } of extensions) {
      add(typeName);
      add(extendee);
    }
  };
  file.messageType.forEach(visit);
  addExtensions(file.extension);
  for (const { method } of file.service) {
    for (const { inputType, outputType } of method) {
      add(inputType);
      add(outputType);
    }
  }
  return names;
}

/** Depth first; imports that no file has, or that close a circle, are taken off the importing file. */
function topological(files: readonly SourceFile[], missing: Map<SourceFile, string[]>): SourceFile[] {
  const byName = new Map(files.map((file) => [file.proto.name, file]));
  const done = new Set<SourceFile>();
  const open = new Set<SourceFile>();
  const visit = (file: SourceFile): SourceFile[] => {
    if (done.has(file)) {
      return [];
    }
    open.add(file);
    const before: SourceFile[] = [];
    const absent: string[] = [];
    const dependency: string[] = [];
    for (const name of file.proto.dependency) {
      const imported = byName.get(name);
      if (imported === undefined) {
        absent.push(name);
      } else if (!open.has(imported)) {
        dependency.push(name);
        before.push(...visit(imported));
      }
    }
    open.delete(file);
    done.add(file);
    if (absent.length > 0) {
      missing.set(file, absent);
    }
    if (dependency.length < file.proto.dependency.length) {
      file.proto.dependency = dependency;
    }
    before.push(file);
    return before;
  };
  return files.flatMap(visit);
}

function missingImports({ proto }: SourceFile, kept: readonly SourceFile[]): string[] {
  const names = new Set(kept.map((file) => file.proto.name));
  return proto.dependency.filter((name) => !names.has(name));
}

const withImports = 'Build the image with its imports: `buf build`, or `protoc --include_imports`.';

function unresolvable({ label, proto }: SourceFile, type: string, absent: readonly string[]): Diagnostic {
  const reason =
    absent.length === 0
      ? 'which no import of it defines'
      : `but its import ${absent.join(', ')} is missing or was left out`;
  return {
    severity: 'error',
    code: 'SOURCE_UNREADABLE',
    text: `${label}: ${proto.name} uses ${type}, ${reason}.`,
    locations: [{ file: proto.name, line: 0, column: 0 }],
    hint: withImports,
  };
}

/** One note for each missing import, however many files name it. */
function unusedImports(missing: ReadonlyMap<SourceFile, readonly string[]>): Diagnostic[] {
  const importers = new Map<string, SourceFile[]>();
  for (const [file, names] of missing) {
    for (const name of names) {
      importers.set(name, [...(importers.get(name) ?? []), file]);
    }
  }
  return [...importers].map(([name, files]) => ({
    severity: 'note',
    code: 'SOURCE_UNREADABLE',
    text: `${files[0]?.label}: ${name}, imported by ${files[0]?.proto.name}${
      files.length > 1 ? ` and ${files.length - 1} more` : ''
    }, is missing; none of its types is used.`,
    locations: files.map(({ proto }) => ({ file: proto.name, line: 0, column: 0 })),
    hint: withImports,
  }));
}
