import { createHash } from 'node:crypto';
import {
  create,
  createRegistry,
  type DescFile,
  type DescMessage,
  type DescMethod,
  type DescService,
  fromBinary,
  type Registry,
  toBinary,
} from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { type FileDescriptorProto, FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import type { Diagnostic } from '../diagnostic/index.js';
import { finished, type Steps } from '../steps.js';
import { builtinFiles } from './error-details.js';
import { fillJsonNames } from './json-names.js';
import { type LabelledFile, type LinkedFiles, linkFiles } from './link.js';

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

/** What images are linked to, and what is wrong with them. */
export interface RegistryBuild {
  readonly registry: DescriptorRegistry;
  readonly diagnostics: Diagnostic[];
}

/** An image and the source it came from. */
interface LabelledSet {
  readonly label: string;
  readonly binary: Uint8Array;
}

/** `registrySteps` at once. */
export function buildRegistry(sets: readonly LabelledSet[]): RegistryBuild {
  return finished(registrySteps(sets));
}

/**
 * Decodes, merges and links the images of all sources. A file that two sources define alike is kept
 * once. Where they differ, or where two files define one symbol, the first keeps the name and
 * SOURCE_CONFLICT tells. A file that does not link is left out, with those that import it, and said.
 */
export function* registrySteps(sets: readonly LabelledSet[]): Steps<RegistryBuild> {
  const diagnostics: Diagnostic[] = [];
  const files = yield* mergeFiles(sets, diagnostics);
  const named = [...files.keys()];
  const isDisputed = yield* findDisputedSymbols(files, diagnostics);
  for (const proto of builtinFiles()) {
    if (!files.has(proto.name)) files.set(proto.name, { proto, label: 'built in' });
  }
  for (const { proto } of files.values()) {
    yield;
    fillJsonNames(proto);
  }
  const linked = yield* linkFiles(files, diagnostics);
  const sourceFiles = named.flatMap((name) => linked.getFile(name) ?? []);
  const services = new Map<string, DescService>();
  for (const service of sourceFiles.flatMap((file) => file.services)) {
    if (!services.has(service.typeName)) services.set(service.typeName, service);
  }
  // protobuf-es gives a name to the file given last; only a dispute is worth a second table.
  const types = isDisputed ? firstWins(linked, named) : linked.types;
  const registry = new LinkedRegistry(types, sourceFiles, [...services.values()], linked.files);
  return { registry, diagnostics };
}

class LinkedRegistry implements DescriptorRegistry {
  readonly services: readonly DescService[];
  readonly files: readonly DescFile[];
  readonly types: Registry;
  readonly #linked: readonly DescFile[];
  #digest: string | undefined;

  constructor(
    types: Registry,
    files: readonly DescFile[],
    services: readonly DescService[],
    linked: readonly DescFile[],
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
      for (const { proto } of this.#linked) hash.update(toBinary(FileDescriptorProtoSchema, proto));
      this.#digest = hash.digest('base64url');
    }
    return this.#digest;
  }
}

function* mergeFiles(
  sets: readonly LabelledSet[],
  diagnostics: Diagnostic[],
): Steps<Map<string, LabelledFile>> {
  const files = new Map<string, LabelledFile>();
  for (const { label, binary } of sets) {
    for (const proto of yield* decode(label, binary, diagnostics)) {
      yield;
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

function* decode(
  label: string,
  binary: Uint8Array,
  diagnostics: Diagnostic[],
): Steps<readonly FileDescriptorProto[]> {
  try {
    const files: FileDescriptorProto[] = [];
    for (const file of fileBinaries(binary)) {
      yield;
      files.push(fromBinary(FileDescriptorProtoSchema, file));
    }
    if (files.length > 0 && files.every((file) => file.name !== '')) return files;
  } catch {
    // The parser's own message would be about wire types: no use to whoever named the wrong file.
  }
  diagnostics.push({
    severity: 'error',
    code: 'SOURCE_UNREADABLE',
    text: `${label} is not a descriptor image.`,
    locations: [],
    hint: 'Make one with: buf build --as-file-descriptor-set -o image.binpb',
  });
  return [];
}

/** FileDescriptorSet { repeated FileDescriptorProto file = 1; } Throws what the reader throws. */
function* fileBinaries(binary: Uint8Array): Generator<Uint8Array> {
  const reader = new BinaryReader(binary);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === 1 && wireType === WireType.LengthDelimited) yield reader.bytes();
    else reader.skip(wireType, number);
  }
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
function* findDisputedSymbols(
  files: ReadonlyMap<string, LabelledFile>,
  diagnostics: Diagnostic[],
): Steps<boolean> {
  const owners = new Map<string, string>();
  const pairs = new Set<string>();
  for (const { proto } of files.values()) {
    yield;
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

function firstWins(linked: LinkedFiles, named: readonly string[]): Registry {
  const inOrder = named.flatMap((name) => linked.getFile(name) ?? []);
  const others = linked.files.filter((file) => !named.includes(file.proto.name));
  return createRegistry(...others, ...inOrder.reverse());
}
