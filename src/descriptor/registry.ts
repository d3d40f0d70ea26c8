import {
  create,
  createFileRegistry,
  type DescMessage,
  type DescMethod,
  type DescService,
  type FileRegistry,
  type Registry,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import type { Diagnostic } from '../diagnostic/index.js';
import { errorDetailFiles } from './error-details.js';
import { decodeFile, splitFileSet } from './file-set.js';
import { orderByImports } from './imports.js';
import { createMerge, type SourceFile } from './merge.js';
import { wellKnownFiles } from './well-known.js';

/** The linked descriptors of all sources. */
export interface DescriptorRegistry {
  /** In the order of sources, files and positions. */
  readonly services: readonly DescService[];
  /** All types by name, google.protobuf and the error details of google.rpc among them: for Any and extensions. */
  readonly types: Registry;
  /** "pkg.Message" */
  message(typeName: string): DescMessage | undefined;
  /** "pkg.Service.Method" */
  method(fullName: string): DescMethod | undefined;
}

/** A registry of what could be read, and what was found on the way. */
export interface RegistryBuild {
  readonly registry: DescriptorRegistry;
  readonly diagnostics: Diagnostic[];
}

/**
 * Links FileDescriptorSets of several sources into one registry; an earlier source wins over a later one.
 *
 * Never throws: SOURCE_CONFLICT where sources differ, SOURCE_UNREADABLE where bytes are not
 * descriptors or a file cannot be linked, which is then left out. The bytes must not change afterwards.
 */
export function buildRegistry(
  sets: readonly { readonly label: string; readonly binary: Uint8Array }[],
): RegistryBuild {
  const merge = createMerge();
  const unreadable: Diagnostic[] = [];
  for (const { label, binary } of sets) {
    try {
      for (const file of splitFileSet(binary)) {
        merge.add(label, decodeFile(file));
      }
    } catch (error) {
      unreadable.push(problem(`${label} is not a FileDescriptorSet: ${messageOf(error)}`, []));
    }
  }
  const found = merge.diagnostics.length;
  const own = merge.files.length;
  for (const proto of [...wellKnownFiles(), ...errorDetailFiles()]) {
    merge.add('the gateway', { proto, sourceInfo: undefined });
  }
  // A source's own version of what the gateway would have added is no conflict.
  merge.diagnostics.splice(found);

  const linked = link(merge.files);
  const services = merge.files
    .slice(0, own)
    .flatMap(({ proto }) => linked.registry.getFile(proto.name)?.services ?? []);
  return {
    registry: facade(linked.registry, services),
    diagnostics: [...unreadable, ...merge.diagnostics, ...linked.diagnostics],
  };
}

function facade(types: FileRegistry, services: readonly DescService[]): DescriptorRegistry {
  return Object.freeze({
    services: Object.freeze(services),
    types,
    message: (typeName: string) => types.getMessage(typeName),
    method(fullName: string) {
      const dot = fullName.lastIndexOf('.');
      const name = fullName.slice(dot + 1);
      return types.getService(fullName.slice(0, Math.max(dot, 0)))?.methods.find((m) => m.name === name);
    },
  });
}

/** Links all files; one that cannot be linked is found, reported, and left out with what needs it. */
function link(all: readonly SourceFile[]): { registry: FileRegistry; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  let files = all;
  for (;;) {
    const ordered = orderByImports(files);
    diagnostics.push(...ordered.diagnostics);
    const registry = tryLink(ordered.files);
    if (!(registry instanceof Error)) {
      return { registry, diagnostics };
    }
    const { culprit, error } = firstUnlinkable(ordered.files, registry);
    if (culprit === undefined) {
      throw error;
    }
    diagnostics.push(
      problem(`${culprit.label}: ${culprit.proto.name} is not valid: ${error.message}`, [culprit]),
    );
    files = ordered.files.filter((file) => file !== culprit);
  }
}

function tryLink(files: readonly SourceFile[]): FileRegistry | Error {
  try {
    return createFileRegistry(create(FileDescriptorSetSchema, { file: files.map(({ proto }) => proto) }));
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Files are in import order, so the shortest prefix that cannot be linked ends with the culprit. */
function firstUnlinkable(files: readonly SourceFile[], error: Error) {
  let [good, bad, found] = [0, files.length, error];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    const result = tryLink(files.slice(0, middle));
    if (result instanceof Error) {
      [bad, found] = [middle, result];
    } else {
      good = middle;
    }
  }
  return { culprit: files[bad - 1], error: found };
}

function problem(text: string, files: readonly SourceFile[]): Diagnostic {
  return {
    severity: 'error',
    code: 'SOURCE_UNREADABLE',
    text: text.endsWith('.') ? text : `${text}.`,
    locations: files.map(({ proto }) => ({ file: proto.name, line: 0, column: 0 })),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
