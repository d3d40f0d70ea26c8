import type { ReflectMessage } from '@bufbuild/protobuf/reflect';
import { isReflectMessage } from '@bufbuild/protobuf/reflect';

/** Items of all lists and maps in a message; of more than `enough` some number that is more. */
export function itemsIn(message: ReflectMessage, enough: number): number {
  let count = 0;
  for (const field of message.fields) {
    if (count > enough) break;
    if (!message.isSet(field)) continue;
    if (field.fieldKind === 'message') count += itemsIn(message.get(field), enough - count);
    else if (field.fieldKind === 'list' || field.fieldKind === 'map') {
      const held = message.get(field);
      count += held.size;
      if (field.message === undefined) continue;
      for (const item of held.values()) {
        if (count > enough) break;
        if (isReflectMessage(item)) count += itemsIn(item, enough - count);
      }
    }
  }
  return count;
}
