import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  createFileRegistry,
  type DescEnum,
  type DescMessage,
  type DescMethod,
  type DescService,
  fromBinary,
} from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { type Duration, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

/** Number of the extensions propylon.v1.method and propylon.v1.service. */
const policyExtension = 81870;

/**
 * The propylon.v1 policy that a method or service declares, in the form in which propylon.yaml says
 * the same: lowerCamel names, enum values without their prefix ("required"), durations as "5s".
 * Undefined where it declares none. Read off the raw options, with the descriptor of this version.
 *
 * Throws for bytes that are no policy, which only a broken or a hostile image has.
 */
export function policyAnnotationOf(desc: DescMethod | DescService): unknown {
  const occurrences = (desc.proto.options?.$unknown ?? []).filter((field) => field.no === policyExtension);
  if (occurrences.length === 0) return undefined;
  // Occurrences of one singular message merge.
  const bodies = occurrences.map((field) => new BinaryReader(field.data).bytes());
  const schema = policyMessage();
  return plain(reflect(schema, fromBinary(schema, Buffer.concat(bodies))));
}

let known: DescMessage | undefined;

/** Of propylon/v1/annotations.proto, out of the image that lies in the package. Read when a source first declares a policy. */
export function policyMessage(): DescMessage {
  if (known !== undefined) return known;
  const set = fromBinary(FileDescriptorSetSchema, readFileSync(packageFile('gen', 'annotations.binpb')));
  known = createFileRegistry(set).getMessage('propylon.v1.Policy');
  if (known === undefined) throw new Error('gen/annotations.binpb does not hold propylon.v1.Policy');
  return known;
}

/** A file of this package, found from src/ and from dist/src/ alike. */
export function packageFile(...path: string[]): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, 'package.json'))) {
    const parent = dirname(directory);
    if (parent === directory) throw new Error('The package has no package.json.');
    directory = parent;
  }
  return join(directory, ...path);
}

function plain(message: ReflectMessage): unknown {
  const { desc } = message;
  if (desc.typeName === 'google.protobuf.Duration') {
    const { seconds, nanos } = message.message as Duration;
    return `${Number(seconds) + nanos / 1e9}s`;
  }
  const set = desc.fields.filter((field) => message.isSet(field));
  return Object.fromEntries(
    set.map((field): [string, unknown] => {
      const value: unknown = message.get(field);
      switch (field.fieldKind) {
        case 'enum':
          return [field.jsonName, shortName(field.enum, value)];
        case 'message':
          return [field.jsonName, plain(value as ReflectMessage)];
        case 'list':
          return [field.jsonName, [...(value as Iterable<unknown>)].map(plainItem)];
        default:
          return [field.jsonName, value];
      }
    }),
  );
}

const plainItem = (item: unknown): unknown =>
  typeof item === 'object' && item !== null && 'desc' in item ? plain(item as ReflectMessage) : item;

/** MODE_REQUIRED → "required"; a value that this version does not know stays a number, for the schema to refuse. */
function shortName({ values, sharedPrefix }: DescEnum, number: unknown): unknown {
  const name = values.find((value) => value.number === number)?.name;
  return name === undefined ? number : name.slice(sharedPrefix?.length ?? 0).toLowerCase();
}
