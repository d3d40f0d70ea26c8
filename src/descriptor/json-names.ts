import type { DescriptorProto, FileDescriptorProto } from '@bufbuild/protobuf/wkt';

/**
 * Fills in the JSON names that a descriptor leaves out, as protoc derives them (descriptor.proto,
 * FieldDescriptorProto.json_name): "page_size" → "pageSize". Compilers write them; servers that
 * answer reflection out of linked-in descriptors may not.
 */
export function fillJsonNames(file: FileDescriptorProto): void {
  for (const message of file.messageType) fillMessage(message);
}

function fillMessage(message: DescriptorProto): void {
  for (const field of message.field) {
    if (field.jsonName === '') field.jsonName = jsonNameOf(field.name);
  }
  for (const nested of message.nestedType) fillMessage(nested);
}

/** An underscore goes, and the letter after it is written large; what stood before stays as it was. */
function jsonNameOf(name: string): string {
  return name.replace(/_+([a-z])?/g, (_, letter: string | undefined) => letter?.toUpperCase() ?? '');
}
