import type { DescFile } from '@bufbuild/protobuf';
import {
  type FileDescriptorProto,
  file_google_protobuf_any,
  file_google_protobuf_api,
  file_google_protobuf_descriptor,
  file_google_protobuf_duration,
  file_google_protobuf_empty,
  file_google_protobuf_field_mask,
  file_google_protobuf_source_context,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_type,
  file_google_protobuf_wrappers,
} from '@bufbuild/protobuf/wkt';

const embedded: readonly DescFile[] = [
  file_google_protobuf_any,
  file_google_protobuf_descriptor,
  file_google_protobuf_duration,
  file_google_protobuf_empty,
  file_google_protobuf_field_mask,
  file_google_protobuf_source_context,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_type,
  file_google_protobuf_api,
  file_google_protobuf_wrappers,
];

/**
 * google/protobuf/*.proto, for sources that leave them out and for types that only an Any holds.
 *
 * The names of the files are those of their import statements.
 */
export function wellKnownFiles(): FileDescriptorProto[] {
  return embedded.map(({ proto }) => proto);
}
