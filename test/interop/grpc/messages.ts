import { readFileSync } from 'node:fs';
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
import { compileProtos } from '../../support/compile-protos.js';

/** The text of testing.proto. */
export const testingProto = readFileSync(new URL('testing.proto', import.meta.url), 'utf8');

const registry = createFileRegistry(
  fromBinary(FileDescriptorSetSchema, compileProtos({ 'testing.proto': testingProto })),
);

function typeOf(name: string): DescMessage {
  const type = registry.getMessage(`grpc.testing.${name}`);
  if (type === undefined) throw new Error(`testing.proto has no ${name}`);
  return type;
}

/** encode('SimpleRequest', { responseSize: 9 }) → protobuf bytes */
export function encode(name: string, json: JsonObject): Uint8Array {
  return toBinary(typeOf(name), fromJson(typeOf(name), json));
}

/** The message as ProtoJSON; undefined when there are no bytes. */
export function decode(name: string, binary: Uint8Array | undefined): JsonObject | undefined {
  if (binary === undefined) return undefined;
  return toJson(typeOf(name), fromBinary(typeOf(name), binary)) as JsonObject;
}

/** A payload of that many zeros. */
export function payload(length: number): JsonObject {
  return { body: Buffer.alloc(length).toString('base64') };
}
