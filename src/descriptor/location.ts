import type { DescEnum, DescField, DescFile, DescMessage, DescMethod, DescService } from '@bufbuild/protobuf';
import { fromBinary } from '@bufbuild/protobuf';
import { type FileDescriptorProto, type SourceCodeInfo, SourceCodeInfoSchema } from '@bufbuild/protobuf/wkt';
import type { Location } from '../diagnostic/index.js';

/** Where the declarations of a file are: what was compiled, and the source info that counts its parts. */
interface Origin {
  readonly proto: FileDescriptorProto;
  readonly sourceInfo: Uint8Array;
}

/** "6,0,2,1" → line and column, from 1. */
type PositionIndex = ReadonlyMap<string, readonly [line: number, column: number]>;

/** Memos, not state: both are functions of the file they are keyed by. */
const origins = new WeakMap<FileDescriptorProto, Origin>();
const indexes = new WeakMap<FileDescriptorProto, PositionIndex>();

/**
 * Keeps the undecoded source info of a file for `locationOf`.
 *
 * `linked` is what was linked, `proto` what the source info was written for; they differ where
 * symbols of the file were left out in favour of another source's.
 */
export function rememberSourceInfo(
  linked: FileDescriptorProto,
  proto: FileDescriptorProto,
  sourceInfo: Uint8Array | undefined,
): void {
  if (sourceInfo !== undefined) {
    origins.set(linked, { proto, sourceInfo });
  }
}

/**
 * Where a descriptor is declared in its .proto file; line and column 0 where the source does not say
 * (descriptor.proto, SourceCodeInfo). The index of a file is built when its first location is asked for.
 */
export function locationOf(
  desc: DescFile | DescService | DescMethod | DescMessage | DescField | DescEnum,
): Location {
  const linked = fileOf(desc).proto;
  const path = pathOf(desc, origins.get(linked)?.proto ?? linked);
  const [line, column] = (path && indexOf(linked).get(path.join())) ?? [0, 0];
  return { file: linked.name, line, column };
}

function fileOf(desc: Parameters<typeof locationOf>[0]): DescFile {
  switch (desc.kind) {
    case 'file':
      return desc;
    case 'rpc':
    case 'field':
      return fileOf(desc.parent);
    default:
      return desc.file;
  }
}

/**
 * The path of a declaration in FileDescriptorProto, by field number and index: message_type = 4
 * (field = 2, nested_type = 3, enum_type = 4), enum_type = 5, service = 6 (method = 2), syntax = 12.
 */
function pathOf(
  desc: Parameters<typeof locationOf>[0],
  file: FileDescriptorProto,
): readonly number[] | undefined {
  switch (desc.kind) {
    case 'file':
      return [12];
    case 'service':
      return step([], 6, file.service.indexOf(desc.proto));
    case 'rpc':
      return step(pathOf(desc.parent, file), 2, desc.parent.proto.method.indexOf(desc.proto));
    case 'field':
      return step(pathOf(desc.parent, file), 2, desc.parent.proto.field.indexOf(desc.proto));
    case 'message':
      return desc.parent === undefined
        ? step([], 4, file.messageType.indexOf(desc.proto))
        : step(pathOf(desc.parent, file), 3, desc.parent.proto.nestedType.indexOf(desc.proto));
    case 'enum':
      return desc.parent === undefined
        ? step([], 5, file.enumType.indexOf(desc.proto))
        : step(pathOf(desc.parent, file), 4, desc.parent.proto.enumType.indexOf(desc.proto));
  }
}

function step(parent: readonly number[] | undefined, field: number, index: number) {
  return parent === undefined || index < 0 ? undefined : [...parent, field, index];
}

function indexOf(linked: FileDescriptorProto): PositionIndex {
  const known = indexes.get(linked);
  if (known !== undefined) {
    return known;
  }
  const index = new Map<string, readonly [number, number]>();
  for (const { path, span } of sourceInfoOf(linked)?.location ?? []) {
    const [line, column] = span;
    const key = path.join();
    if (line !== undefined && column !== undefined && !index.has(key)) {
      index.set(key, [line + 1, column + 1]);
    }
  }
  indexes.set(linked, index);
  return index;
}

function sourceInfoOf(linked: FileDescriptorProto): SourceCodeInfo | undefined {
  const origin = origins.get(linked);
  if (origin === undefined) {
    return linked.sourceCodeInfo;
  }
  try {
    return fromBinary(SourceCodeInfoSchema, origin.sourceInfo);
  } catch {
    // Damaged source info costs the positions, not the service.
    return undefined;
  }
}
