import type { DescField, DescFile, DescMessage } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { finished, type Steps } from '../steps.js';

/** Number of google.api.resource (MessageOptions) and google.api.resource_definition (FileOptions). */
const resourceExtension = 1053;
/** Number of google.api.resource_reference (FieldOptions). */
const referenceExtension = 1055;

/** Resource type ("shop.example.com/Product") → its name patterns ("products/{product}"). */
export type Resources = ReadonlyMap<string, readonly string[]>;

/** A resource as it is annotated (AIP-123). */
interface Resource {
  readonly type: string;
  readonly patterns: readonly string[];
}

/** Whose name a field holds: a resource of a type, or any parent of resources of a type. */
export type ResourceReference = { readonly type: string } | { readonly childType: string };

/** `resourceSteps` at once. */
export function readResources(files: Iterable<DescFile>): Resources {
  return finished(resourceSteps(files));
}

/** All resources of some files. The first definition of a type counts. */
export function* resourceSteps(files: Iterable<DescFile>): Steps<Resources> {
  const found = new Map<string, readonly string[]>();
  const add = ({ type, patterns }: Resource): void => {
    if (!found.has(type)) found.set(type, patterns);
  };
  const addMessages = (messages: readonly DescMessage[]): void => {
    for (const message of messages) {
      resourcesOf(message).forEach(add);
      addMessages(message.nestedMessages);
    }
  };
  for (const file of files) {
    yield;
    resourcesOf(file).forEach(add);
    addMessages(file.messages);
  }
  return found;
}

/**
 * The type of the resource whose name a field holds: what its reference says, the resource of its own message for
 * the field `name`. Undefined where neither is annotated.
 */
export function resourceTypeOf(field: DescField): ResourceReference | undefined {
  const reference = stringsOf(field.proto.options?.$unknown ?? [], referenceExtension);
  const [[type] = [], [childType] = []] = reference[0] ?? [];
  if (type !== undefined) return { type };
  if (childType !== undefined) return { childType };
  const own = field.name === 'name' ? resourcesOf(field.parent)[0] : undefined;
  return own && { type: own.type };
}

function resourcesOf(desc: DescFile | DescMessage): Resource[] {
  return stringsOf(desc.proto.options?.$unknown ?? [], resourceExtension).map(
    ([[type = ''] = [], patterns = []]) => ({ type, patterns }),
  );
}

interface UnknownField {
  readonly no: number;
  readonly data: Uint8Array;
}

/** The strings in field 1 and in field 2 of each occurrence of an extension of message type. */
function stringsOf(unknown: readonly UnknownField[], extension: number): (readonly string[])[][] {
  return unknown
    .filter(({ no }) => no === extension)
    .map(({ data }) => {
      const strings: string[][] = [[], []];
      try {
        const reader = new BinaryReader(new BinaryReader(data).bytes());
        while (reader.pos < reader.len) {
          const [number, wireType] = reader.tag();
          const list = strings[number - 1];
          if (list !== undefined && wireType === WireType.LengthDelimited) list.push(reader.string());
          else reader.skip(wireType, number);
        }
      } catch {
        // A broken image: what was read so far holds.
      }
      return strings;
    });
}
