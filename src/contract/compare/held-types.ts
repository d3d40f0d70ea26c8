import type { DescMessage, DescriptorRegistry } from '../../descriptor/index.js';

/** A message that an Any may hold, as both sides have it. */
export interface HeldType {
  readonly before: DescMessage;
  readonly after: DescMessage;
}

/**
 * The messages that can be named in a google.protobuf.Any of either side: all of the sources that both know by one name.
 * What methods take as a whole is no part of another message, and is compared with their routes.
 */
export function heldTypes(before: DescriptorRegistry, after: DescriptorRegistry): readonly HeldType[] {
  const inputs = new Set(before.services.flatMap(({ methods }) => methods.map(({ input }) => input)));
  const within = (message: DescMessage): DescMessage[] => [
    message,
    ...message.nestedMessages.flatMap(within),
  ];
  return before.files
    .flatMap(({ messages }) => messages.flatMap(within))
    .flatMap((message) => {
      const now = inputs.has(message) ? undefined : after.message(message.typeName);
      return now === undefined ? [] : [{ before: message, after: now }];
    });
}
