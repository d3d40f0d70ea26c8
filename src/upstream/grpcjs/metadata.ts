import * as grpc from '@grpc/grpc-js';
import type { Metadata, MetadataEntry } from '../../status/index.js';

/**
 * Our metadata as grpc-js holds it: grouped by name, in the order in which names first appear.
 * Throws Error for a name or value that gRPC does not allow.
 */
export function toGrpcMetadata(metadata: Metadata): grpc.Metadata {
  const result = new grpc.Metadata();
  for (const [name, value] of metadata) {
    result.add(name, typeof value === 'string' ? value : viewAsBuffer(value));
  }
  return result;
}

/**
 * The metadata of a response, without what belongs to the protocol (content-type, content-length, grpc-…).
 *
 * Duplicates of text arrive joined by ", " (node:http2 does that), those of "-bin" names one by one.
 * Values outside 0x20–0x7E never arrive: grpc-js drops them, CR, LF and NUL among them.
 */
export function fromGrpcMetadata(metadata: grpc.Metadata): Metadata {
  const entries: MetadataEntry[] = [];
  for (const [name, values] of Object.entries(metadata.toJSON())) {
    if (name === 'content-type' || name === 'content-length' || name.startsWith('grpc-')) continue;
    for (const value of values) entries.push([name, value]);
  }
  return entries;
}

/** The same bytes under the type that grpc-js asks for, without a copy. */
export function viewAsBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
