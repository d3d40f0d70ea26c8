import {
  type DescEnum,
  type DescField,
  type DescFile,
  type DescMessage,
  type DescMethod,
  type DescOneof,
  type DescService,
  fromBinary,
  type Registry,
} from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import { BinaryReader } from '@bufbuild/protobuf/wire';

/**
 * A message as plain data: proto names of what is set, enum values by name, 64-bit integers as bigint, lists as
 * arrays, maps as objects, bytes as they are.
 */
export interface PlainMessage {
  readonly [field: string]: unknown;
}

type Annotated = DescFile | DescService | DescMethod | DescMessage | DescField | DescOneof | DescEnum;

/**
 * An option of message type that a descriptor carries, by the number of its extension. Read off the raw options with
 * the type that the image itself brings along: undefined where the descriptor has no such option, where the image
 * lacks the type, and for bytes that are no such message.
 */
export function annotationsOf(
  types: Registry,
  desc: Annotated,
  extension: number,
  typeName: string,
): PlainMessage | undefined {
  const found = (desc.proto.options?.$unknown ?? []).filter((field) => field.no === extension);
  if (found.length === 0) return undefined;
  const schema = types.getMessage(typeName);
  if (schema === undefined) return undefined;
  try {
    // Occurrences of one singular message merge.
    const bodies = found.map((field) => new BinaryReader(field.data).bytes());
    return plain(reflect(schema, fromBinary(schema, Buffer.concat(bodies))));
  } catch {
    return undefined;
  }
}

function plain(message: ReflectMessage): PlainMessage {
  const set = message.desc.fields.filter((field) => message.isSet(field));
  return Object.fromEntries(set.map((field) => [field.name, plainField(field, message.get(field))]));
}

function plainField(field: DescField, value: unknown): unknown {
  switch (field.fieldKind) {
    case 'list':
      return [...(value as Iterable<unknown>)].map((item) => plainValue(item, field.enum));
    case 'map':
      return Object.fromEntries(
        [...(value as Iterable<[unknown, unknown]>)].map(([key, item]) => [
          String(key),
          plainValue(item, field.enum),
        ]),
      );
    default:
      return plainValue(value, field.enum);
  }
}

function plainValue(value: unknown, desc: DescEnum | undefined): unknown {
  if (desc !== undefined) return desc.values.find(({ number }) => number === value)?.name ?? value;
  return typeof value === 'object' && value !== null && 'desc' in value
    ? plain(value as ReflectMessage)
    : value;
}
