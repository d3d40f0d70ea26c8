import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import type { DescMessage, DescriptorRegistry } from '../descriptor/index.js';

/** The part of ts-proto's message functions that is needed here. */
interface MessageFunctions<T> {
  encode(message: T): { finish(): Uint8Array };
  decode(binary: Uint8Array): T;
}

/**
 * A resource in two forms: ts-proto's typed one, and one whose fields are found by their proto names,
 * by which masks, filters and orders work on every resource alike.
 */
export interface ResourceType<T> {
  readonly desc: DescMessage;
  /** A copy whose fields are found by name. */
  open(message: T): ReflectMessage;
  close(message: ReflectMessage): T;
}

/** Throws when the image and the generated code do not belong together. */
export function resourceType<T>(
  registry: DescriptorRegistry,
  typeName: string,
  functions: MessageFunctions<T>,
): ResourceType<T> {
  const desc = registry.message(typeName);
  if (desc === undefined) throw new Error(`gen/image.binpb has no ${typeName}: run "npm run gen"`);
  return {
    desc,
    open: (message) => reflect(desc, fromBinary(desc, functions.encode(message).finish())),
    close: (message) => functions.decode(toBinary(desc, message.message)),
  };
}
