import { createHash } from 'node:crypto';
import {
  create,
  createRegistry,
  type DescFile,
  type DescMessage,
  type DescMethod,
  type DescService,
  type FileRegistry,
  fromBinary,
  type Registry,
  toBinary,
} from '@bufbuild/protobuf';
import {
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  type FileDescriptorSet,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';
import type { Diagnostic } from '../diagnostic/index.js';
import { builtinFiles } from './error-details.js';
import { fillJsonNames } from './json-names.js';
import { type LabelledFile, linkFiles } from './link.js';

/** The linked descriptors of all sources. */
export interface DescriptorRegistry {
  /** Services of the sources, in order of source, file and position. */
  readonly services: readonly DescService[];
  /** Files of the sources, in their order. */
  readonly files: readonly DescFile[];
  /** Every type, with the well-known ones and google.rpc's error details, for Any and extensions. */
  readonly types: Registry;
  message(typeName: string): DescMessage | undefined;
  /** By full name: "pkg.Service.Method". */
  method(fullName: string): DescMethod | undefined;
  /** Digest of all descriptors, the same in every process that has the same. Computed when it is first asked for. */
  digest(): string;
}

/**
 * Decodes, merges and links the images of all sources. A file that two sources define alike is kept
 * once. Where they differ, or where two files define one symbol, the first keeps the name and
 * SOURCE_CONFLICT tells. A file that does not link is left out, with those that import it, and said.
 */
export function buildRegistry(sets: readonly { readonly label: string; readonly binary: Uint8Array }[]): {
  registry: DescriptorRegistry;
  diagnostics: Diagnostic[];
} {
  const diagnostics: Diagnostic[] = [];
  const files = mergeFiles(sets, diagnostics);
  const named = [...files.keys()];
  const isDisputed = findDisputedSymbols(files, diagnostics);
  for (const proto of builtinFiles()) {
    if (!files.has(proto.name)) files.set(proto.name, { proto, label: 'built in' });
  }
  for (const { proto } of files.values()) fillJsonNames(proto);
  const linked = linkFiles(files, diagnostics);
  const sourceFiles = named.flatMap((name) => linked.getFile(name) ?? []);
  const services = new Map<string, DescService>();
  for (const service of sourceFiles.flatMap((file) => file.services)) {
    if (!services.has(service.typeName)) services.set(service.typeName, service);
  }
  // protobuf-es gives a name to the file given last; only a dispute is worth a second table.
  const types = isDisputed ? firstWins(linked, named) : linked;
  return { registry: new LinkedRegistry(types, sourceFiles, [...services.values()], linked), diagnostics };
}

class LinkedRegistry implements DescriptorRegistry {
  readonly services: readonly DescService[];
  readonly files: readonly DescFile[];
  readonly types: Registry;
  readonly #linked: FileRegistry;
  #digest: string | undefined;

  constructor(
    types: Registry,
    files: readonly DescFile[],
    services: readonly DescService[],
    linked: FileRegistry,
  ) {
    this.types = types;
    this.files = files;
    this.services = services;
    this.#linked = linked;
  }

  message(typeName: string): DescMessage | undefined {
    return this.types.getMessage(typeName);
  }

  method(fullName: string): DescMethod | undefined {
    const dot = fullName.lastIndexOf('.');
    const service = this.types.getService(fullName.slice(0, Math.max(dot, 0)));
    return service?.methods.find((method) => method.name === fullName.slice(dot + 1));
  }

  digest(): string {
    if (this.#digest === undefined) {
      const hash = createHash('sha256');
      for (const { proto } of this.#linked.files) hash.update(toBinary(FileDescriptorProtoSchema, proto));
      this.#digest = hash.digest('base64url');
    }
    return this.#digest;
  }
}

function mergeFiles(
  sets: readonly { readonly label: string; readonly binary: Uint8Array }[],
  diagnostics: Diagnostic[],
): Map<string, LabelledFile> {
  const files = new Map<string, LabelledFile>();
  for (const { label, binary } of sets) {
    for (const proto of decode(label, binary, diagnostics)) {
      const earlier = files.get(proto.name);
      if (earlier === undefined) files.set(proto.name, { proto, label });
      else if (!sameDefinitions(earlier.proto, proto)) {
        diagnostics.push(
          conflict(
            `${proto.name} is defined differently by ${earlier.label} and by ${label}; the first is used.`,
            [proto.name],
          ),
        );
      }
    }
  }
  return files;
}

function decode(
  label: string,
  binary: Uint8Array,
  diagnostics: Diagnostic[],
): readonly FileDescriptorProto[] {
  let set: FileDescriptorSet | undefined;
  try {
    set = fromBinary(FileDescriptorSetSchema, binary);
  } catch {
    // The parser's own message would be about wire types: no use to whoever named the wrong file.
  }
  if (set !== undefined && set.file.length > 0 && set.file.every((file) => file.name !== '')) return set.file;
  diagnostics.push({
    severity: 'error',
    code: 'SOURCE_UNREADABLE',
    text: `${label} is not a descriptor image.`,
    locations: [],
    hint: 'Make one with: buf build --as-file-descriptor-set -o image.binpb',
  });
  return [];
}

/** Comments and positions do not count: two compilers may disagree on them. */
function sameDefinitions(a: FileDescriptorProto, b: FileDescriptorProto): boolean {
  const bytes = (proto: FileDescriptorProto): Uint8Array => {
    const { sourceCodeInfo: _, ...definitions } = proto;
    return toBinary(FileDescriptorProtoSchema, create(FileDescriptorProtoSchema, definitions));
  };
  return Buffer.compare(bytes(a), bytes(b)) === 0;
}

/** One file under two names (two import roots) is the usual case: one finding per pair of files, not per symbol. */
function findDisputedSymbols(files: ReadonlyMap<string, LabelledFile>, diagnostics: Diagnostic[]): boolean {
  const owners = new Map<string, string>();
  const pairs = new Set<string>();
  for (const { proto } of files.values()) {
    for (const { name } of [...proto.messageType, ...proto.enumType, ...proto.service]) {
      const symbol = proto.package === '' ? name : `${proto.package}.${name}`;
      const owner = owners.get(symbol);
      if (owner === undefined) owners.set(symbol, proto.name);
      else if (!pairs.has(`${owner} ${proto.name}`)) {
        pairs.add(`${owner} ${proto.name}`);
        const text = `${symbol} is defined by ${owner} and by ${proto.name}; the first keeps the name.`;
        diagnostics.push(conflict(text, [proto.name, owner]));
      }
    }
  }
  return pairs.size > 0;
}

function conflict(text: string, names: readonly string[]): Diagnostic {
  return {
    severity: 'warning',
    code: 'SOURCE_CONFLICT',
    text,
    locations: names.map((file) => ({ file, line: 0, column: 0 })),
    hint: 'Build the sources from the same revision and import root, or take the file out of one of them.',
  };
}

function firstWins(linked: FileRegistry, named: readonly string[]): Registry {
  const inOrder = named.flatMap((name) => linked.getFile(name) ?? []);
  const others = [...linked.files].filter((file) => !named.includes(file.proto.name));
  return createRegistry(...others, ...inOrder.reverse());
}
