import { create } from '@bufbuild/protobuf';
import { isReflectMessage, type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import { behaves, type DescField, type DescMessage } from '../descriptor/index.js';

/** Fields of requests that say how to answer, and are no part of an answer. */
const instructions =
  /^(page_size|page_token|max_results|skip|update_mask|read_mask|field_mask|filter|order_by|view|validate_only|allow_missing|force|request_id|show_deleted)$/;

/** Copies into an answer what a request says of it: fields of the same name and type, and the resource that it has. */
export function echo(
  request: ReflectMessage,
  answer: ReflectMessage,
  isKept: (field: DescField) => boolean,
): void {
  if (request.desc === answer.desc) {
    merge(request, answer, isKept);
    return;
  }
  const own = request.fields.filter((field) => request.isSet(field) && !instructions.test(field.name));
  for (const field of answer.fields) {
    if (behaves(field, 'inputOnly') || !isKept(field)) continue;
    const same = own.find((given) => given.name === field.name && isAlike(given, field));
    const held =
      field.fieldKind === 'message' && field.message !== answer.desc
        ? own.filter((given) => isAlike(given, field))
        : [];
    const given = same ?? (held.length === 1 ? held[0] : undefined);
    if (given !== undefined) answer.set(field, copied(request.get(given), field, given));
  }
}

/** What is set in `given` and may be given goes into `into`; messages are merged, lists and maps replaced. */
export function merge(
  given: ReflectMessage,
  into: ReflectMessage,
  isKept: (field: DescField) => boolean = () => true,
): void {
  for (const field of given.fields) {
    if (!given.isSet(field) || !isGiven(field) || !isKept(field)) continue;
    if (field.fieldKind === 'message' && into.isSet(field) && isPlainMessage(field.message)) {
      const inner = into.get(field);
      merge(given.get(field), inner);
      into.set(field, inner);
    } else into.set(field, copied(given.get(field), field, field));
  }
}

/** Whether what a client says in a field is the field's value from then on. */
export function isGiven(field: DescField): boolean {
  return !behaves(field, 'outputOnly') && !behaves(field, 'inputOnly');
}

/** Types of the well-known kind are values: a part of one means nothing. */
function isPlainMessage({ typeName }: DescMessage): boolean {
  return !typeName.startsWith('google.protobuf.');
}

/** The value for a field of another message, without what is never answered. */
export function copied(value: unknown, to: DescField, from: DescField): unknown {
  const single = (item: unknown): unknown => (isReflectMessage(item) ? withoutInput(item) : item);
  if (to.fieldKind !== 'list' && to.fieldKind !== 'map') return single(value);
  // A list belongs to the field that it was made for.
  const holder = reflect(to.parent, create(to.parent));
  if (to.fieldKind === 'list' && from.fieldKind === 'list')
    for (const item of value as Iterable<unknown>) holder.get(to).add(single(item));
  if (to.fieldKind === 'map' && from.fieldKind === 'map')
    for (const [key, item] of value as Iterable<[string, unknown]>) holder.get(to).set(key, single(item));
  return holder.get(to);
}

function withoutInput(message: ReflectMessage): ReflectMessage {
  if (!isPlainMessage(message.desc)) return message;
  const result = reflect(message.desc, create(message.desc));
  for (const field of message.fields) {
    if (message.isSet(field) && !behaves(field, 'inputOnly'))
      result.set(field, copied(message.get(field), field, field));
  }
  return result;
}

function isAlike(one: DescField, other: DescField): boolean {
  return (
    one.fieldKind === other.fieldKind &&
    one.scalar === other.scalar &&
    one.enum === other.enum &&
    one.message === other.message &&
    (one.fieldKind !== 'list' || other.fieldKind !== 'list' || one.listKind === other.listKind) &&
    (one.fieldKind !== 'map' || other.fieldKind !== 'map' || one.mapKey === other.mapKey)
  );
}
