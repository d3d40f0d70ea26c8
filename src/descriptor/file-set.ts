import { fromBinary } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { type FileDescriptorProto, FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';

/** One file of a FileDescriptorSet, decoded but for its source info. */
export interface DecodedFile {
  readonly proto: FileDescriptorProto;
  /** Bytes of its google.protobuf.SourceCodeInfo: a view; decoded when a location is asked for. */
  readonly sourceInfo: Uint8Array | undefined;
}

/** `FileDescriptorProto.source_code_info`: usually more than half of a file, and seldom needed. */
const sourceInfoField = 12;

/**
 * Cuts a google.protobuf.FileDescriptorSet into the bytes of its files: views into `binary`.
 *
 * Throws Error where the bytes are something else.
 */
export function splitFileSet(binary: Uint8Array): Uint8Array[] {
  const files: Uint8Array[] = [];
  const reader = new BinaryReader(binary);
  while (reader.pos < reader.len) {
    const [no, wireType] = reader.tag();
    if (no === 1 && wireType === WireType.LengthDelimited) {
      files.push(reader.bytes());
    } else {
      reader.skip(wireType, no);
    }
  }
  if (files.length === 0) {
    throw new Error('it holds no files');
  }
  return files;
}

/** Decodes one FileDescriptorProto, without its source info. Throws Error on malformed bytes. */
export function decodeFile(binary: Uint8Array): DecodedFile {
  const parts: Uint8Array[] = [];
  let sourceInfo: Uint8Array | undefined;
  let keptFrom = 0;
  const reader = new BinaryReader(binary);
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const [no, wireType] = reader.tag();
    if (no === sourceInfoField && wireType === WireType.LengthDelimited) {
      sourceInfo = reader.bytes();
      parts.push(binary.subarray(keptFrom, start));
      keptFrom = reader.pos;
    } else {
      reader.skip(wireType, no);
    }
  }
  const kept = parts.length === 0 ? binary : Buffer.concat([...parts, binary.subarray(keptFrom)]);
  const proto = fromBinary(FileDescriptorProtoSchema, kept);
  if (proto.name === '') {
    throw new Error('a file in it has no name');
  }
  return { proto, sourceInfo };
}
