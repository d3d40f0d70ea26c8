import type { DescriptorProto, FileDescriptorProto } from '@bufbuild/protobuf/wkt';

/**
 * Gives every field the JSON name that its compiler left out.
 *
 * `protoc` writes json_name into images, but servers written in C++ or Python leave it out of what
 * they answer to reflection (descriptor.proto, FieldDescriptorProto.json_name).
 */
export function fillJsonNames(file: FileDescriptorProto): void {
  for (const message of file.messageType) {
    fill(message);
  }
}

function fill(message: DescriptorProto): void {
  for (const field of message.field) {
    if (field.jsonName === '') {
      field.jsonName = jsonNameOf(field.name);
    }
  }
  for (const nested of message.nestedType) {
    fill(nested);
  }
}

/** ProtoJSON, "JSON name": underscores go, and the letter after one is a capital. "foo_bar_1" → "fooBar1" */
function jsonNameOf(name: string): string {
  return name.replace(/_+(.?)/g, (_, next: string) =>
    next.replace(/[a-z]/, (letter) => letter.toUpperCase()),
  );
}
