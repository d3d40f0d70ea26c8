import { type DescMessage, fromBinary, type Message } from '@bufbuild/protobuf';

/** A message object of protobuf-es, for the few who need more than bytes. */
export type DecodedMessage = Message;

/** Reads messages of one type. Throws what protobuf-es throws for bytes that are none of that type. */
export function messageReader(message: DescMessage): (binary: Uint8Array) => DecodedMessage {
  return (binary) => fromBinary(message, binary);
}
