import {
  create,
  createFileRegistry,
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

/** The linked descriptors of all sources. */
export interface DescriptorRegistry {
  /** Services of the sources, in order of source, file and position. */
  readonly services: readonly DescService[];
  /** Every type, with the well-known ones and google.rpc's error details, for Any and extensions. */
  readonly types: Registry;
  message(typeName: string): DescMessage | undefined;
  /** By full name: "pkg.Service.Method". */
  method(fullName: string): DescMethod | undefined;
}

/**
 * Decodes, merges and links the images of all sources. A file that two sources define alike is kept
 * once; of two different ones the first keeps the name and SOURCE_CONFLICT tells.
 */
export function buildRegistry(sets: readonly { readonly label: string; readonly binary: Uint8Array }[]): {
  registry: DescriptorRegistry;
  diagnostics: Diagnostic[];
} {
  const diagnostics: Diagnostic[] = [];
  const files = new Map<string, { readonly proto: FileDescriptorProto; readonly label: string }>();
  for (const { label, binary } of sets) {
    for (const proto of decode(label, binary, diagnostics)) {
      const earlier = files.get(proto.name);
      if (earlier === undefined) files.set(proto.name, { proto, label });
      else if (!sameDefinitions(earlier.proto, proto)) {
        diagnostics.push({
          severity: 'warning',
          code: 'SOURCE_CONFLICT',
          text: `${proto.name} is defined differently by ${earlier.label} and by ${label}; the first is used.`,
          locations: [{ file: proto.name, line: 0, column: 0 }],
          hint: 'Build both sources from the same revision, or take the file out of one of them.',
        });
      }
    }
  }
  const names = new Set(files.keys());
  for (const proto of builtinFiles()) {
    if (!files.has(proto.name)) files.set(proto.name, { proto, label: 'built in' });
  }
  const linked = link(files, diagnostics);
  const services = [...linked.files]
    .filter((file) => names.has(file.proto.name))
    .flatMap((file) => file.services);
  return { registry: new LinkedRegistry(linked, services), diagnostics };
}

class LinkedRegistry implements DescriptorRegistry {
  readonly services: readonly DescService[];
  readonly types: Registry;

  constructor(types: FileRegistry, services: readonly DescService[]) {
    this.types = types;
    this.services = services;
  }

  message(typeName: string): DescMessage | undefined {
    return this.types.getMessage(typeName);
  }

  method(fullName: string): DescMethod | undefined {
    const dot = fullName.lastIndexOf('.');
    const service = this.types.getService(fullName.slice(0, Math.max(dot, 0)));
    return service?.methods.find((method) => method.name === fullName.slice(dot + 1));
  }
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

/** Links files after their imports; a file whose import is missing is left out, and said. */
function link(
  files: ReadonlyMap<string, { readonly proto: FileDescriptorProto; readonly label: string }>,
  diagnostics: Diagnostic[],
): FileRegistry {
  const ordered: FileDescriptorProto[] = [];
  const state = new Map<string, 'linking' | 'linked' | 'broken'>();
  const broken = (proto: FileDescriptorProto, label: string, text: string): 'broken' => {
    diagnostics.push({
      severity: 'error',
      code: 'SOURCE_UNREADABLE',
      text: `${proto.name} of ${label} ${text}`,
      locations: [{ file: proto.name, line: 0, column: 0 }],
      hint: 'Build the image with its imports: `buf build` does, protoc needs --include_imports.',
    });
    return 'broken';
  };
  const visit = (name: string): 'linked' | 'broken' | 'cyclic' => {
    const known = state.get(name);
    if (known !== undefined) return known === 'linking' ? 'cyclic' : known;
    const entry = files.get(name);
    if (entry === undefined) return 'broken';
    state.set(name, 'linking');
    let result: 'linked' | 'broken' = 'linked';
    for (const dependency of entry.proto.dependency) {
      const outcome = visit(dependency);
      if (outcome === 'linked') continue;
      if (outcome === 'cyclic')
        result = broken(entry.proto, entry.label, `imports ${dependency}, which imports it in turn.`);
      else if (files.has(dependency)) result = 'broken';
      else result = broken(entry.proto, entry.label, `imports ${dependency}, which is not in any source.`);
    }
    state.set(name, result);
    if (result === 'linked') ordered.push(entry.proto);
    return result;
  };
  for (const name of files.keys()) visit(name);

  try {
    return createFileRegistry(create(FileDescriptorSetSchema, { file: ordered }));
  } catch (error) {
    diagnostics.push({
      severity: 'error',
      code: 'SOURCE_UNREADABLE',
      text: `The descriptors do not link: ${error instanceof Error ? error.message : 'unknown reason'}`,
      locations: [],
      hint: 'Build the image anew with `buf build`.',
    });
    return createFileRegistry(create(FileDescriptorSetSchema, { file: [...builtinFiles()] }));
  }
}
