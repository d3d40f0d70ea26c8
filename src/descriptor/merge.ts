import { type DescMessage, type MessageShape, toBinary } from '@bufbuild/protobuf';
import {
  type DescriptorProto,
  DescriptorProtoSchema,
  EnumDescriptorProtoSchema,
  FieldDescriptorProtoSchema,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  ServiceDescriptorProtoSchema,
} from '@bufbuild/protobuf/wkt';
import type { Diagnostic } from '../diagnostic/index.js';
import type { DecodedFile } from './file-set.js';
import { fillJsonNames } from './json-names.js';
import { rememberSourceInfo } from './location.js';

/** A file that is kept, and the source that brought it. */
export interface SourceFile {
  readonly label: string;
  readonly proto: FileDescriptorProto;
}

/** Collects the files of several sources, in order: what came first stays. */
export interface Merge {
  /** Files kept so far, in source and file order. */
  readonly files: readonly SourceFile[];
  readonly diagnostics: Diagnostic[];
  add(label: string, file: DecodedFile): void;
}

interface Symbol {
  readonly label: string;
  readonly file: string;
  readonly binary: () => Uint8Array;
}

/**
 * A file or symbol that comes again is left out: silently where both are the same, with a
 * SOURCE_CONFLICT that names both sources where they differ. Source info does not count.
 */
export function createMerge(): Merge {
  const files: SourceFile[] = [];
  const byName = new Map<string, SourceFile>();
  const symbols = new Map<string, Symbol>();
  const diagnostics: Diagnostic[] = [];

  const conflict = (what: string, first: string, second: string, file: string, other: string) => {
    diagnostics.push({
      severity: file.startsWith(wellKnown) ? 'note' : 'warning',
      code: 'SOURCE_CONFLICT',
      text: `${what} is defined differently by ${first} and by ${second}; ${first} keeps it.`,
      locations: [...new Set([file, other])].map((name) => ({ file: name, line: 0, column: 0 })),
      hint: 'Build both sources from the same version of the protos, or leave it out of one of them.',
    });
  };

  return {
    files,
    diagnostics,
    add(label, { proto, sourceInfo }) {
      fillJsonNames(proto);
      const known = byName.get(proto.name);
      if (known !== undefined) {
        if (!sameBytes(fileBinary(known.proto), fileBinary(proto))) {
          conflict(proto.name, known.label, label, proto.name, proto.name);
        }
        return;
      }
      const claimed = new Set<string>();
      for (const [name, binary] of topLevelSymbols(proto)) {
        const owner = symbols.get(name);
        if (owner === undefined) {
          symbols.set(name, { label, file: proto.name, binary });
          claimed.add(name);
        } else if (owner.file === proto.name || !sameBytes(owner.binary(), binary())) {
          const [first, second] =
            owner.label === label
              ? [`${owner.file} of ${label}`, proto.name]
              : [`${owner.label} (${owner.file})`, `${label} (${proto.name})`];
          conflict(name, first, second, proto.name, owner.file);
        }
      }
      const kept = only(proto, claimed);
      rememberSourceInfo(kept, proto, sourceInfo);
      const file = { label, proto: kept };
      byName.set(proto.name, file);
      files.push(file);
    },
  };
}

/** Compilers bring their own version of these, so a difference is seldom anyone's mistake. */
const wellKnown = 'google/protobuf/';

const qualified = (file: FileDescriptorProto, { name }: { readonly name: string }) =>
  file.package === '' ? name : `${file.package}.${name}`;

function* topLevelSymbols(file: FileDescriptorProto): Generator<readonly [string, () => Uint8Array]> {
  yield* named(file, DescriptorProtoSchema, file.messageType);
  yield* named(file, EnumDescriptorProtoSchema, file.enumType);
  yield* named(file, ServiceDescriptorProtoSchema, file.service);
  yield* named(file, FieldDescriptorProtoSchema, file.extension);
}

function* named<Desc extends DescMessage>(
  file: FileDescriptorProto,
  schema: Desc,
  protos: readonly (MessageShape<Desc> & { readonly name: string })[],
): Generator<readonly [string, () => Uint8Array]> {
  for (const proto of protos) {
    yield [qualified(file, proto), () => toBinary(schema, proto)];
  }
}

/** The file with those top-level symbols alone; the file itself where that is all of them. */
function only(file: FileDescriptorProto, names: ReadonlySet<string>): FileDescriptorProto {
  const seen = new Set<string>();
  const keep = <T extends { readonly name: string }>(protos: T[]): T[] =>
    protos.filter((proto) => {
      const name = qualified(file, proto);
      const first = !seen.has(name);
      seen.add(name);
      return first && names.has(name);
    });
  const parts: Pick<FileDescriptorProto, 'messageType' | 'enumType' | 'service' | 'extension'> = {
    messageType: keep<DescriptorProto>(file.messageType),
    enumType: keep(file.enumType),
    service: keep(file.service),
    extension: keep(file.extension),
  };
  const complete =
    parts.messageType.length === file.messageType.length &&
    parts.enumType.length === file.enumType.length &&
    parts.service.length === file.service.length &&
    parts.extension.length === file.extension.length;
  return complete ? file : Object.assign(Object.create(file), parts);
}

function fileBinary(file: FileDescriptorProto): Uint8Array {
  return toBinary(
    FileDescriptorProtoSchema,
    Object.assign(Object.create(file), { sourceCodeInfo: undefined }),
    {
      writeUnknownFields: true,
    },
  );
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
