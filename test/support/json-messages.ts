import {
  createFileRegistry,
  type DescMessage,
  fromBinary,
  fromJson,
  type JsonObject,
  toBinary,
  toJson,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

/** Messages of one package as JSON, for calls without a gateway. */
export interface JsonMessages {
  /** encode('SimpleRequest', { responseSize: 9 }) → protobuf bytes */
  encode(name: string, json: JsonObject): Uint8Array;
  /** The message as ProtoJSON; undefined when there are no bytes. */
  decode(name: string, binary: Uint8Array | undefined): JsonObject | undefined;
}

/** `image`: a FileDescriptorSet. */
export function jsonMessages(image: Uint8Array, packageName: string): JsonMessages {
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, image));
  const typeOf = (name: string): DescMessage => {
    const type = registry.getMessage(`${packageName}.${name}`);
    if (type === undefined) throw new Error(`${packageName} has no ${name}`);
    return type;
  };
  return {
    encode: (name, json) => toBinary(typeOf(name), fromJson(typeOf(name), json)),
    decode(name, binary) {
      if (binary === undefined) return undefined;
      return toJson(typeOf(name), fromBinary(typeOf(name), binary)) as JsonObject;
    },
  };
}
