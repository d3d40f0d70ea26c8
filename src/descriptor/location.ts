import type {
  DescEnum,
  DescEnumValue,
  DescField,
  DescFile,
  DescMessage,
  DescMethod,
  DescOneof,
  DescService,
} from '@bufbuild/protobuf';
import type { Location } from '../diagnostic/index.js';

/** A descriptor that has a place in a file. */
export type Located =
  | DescFile
  | DescService
  | DescMethod
  | DescMessage
  | DescField
  | DescOneof
  | DescEnum
  | DescEnumValue;

/** Built on the first question about a file: most files are never asked about. */
const indexes = new WeakMap<DescFile, ReadonlyMap<string, Location>>();

/** Where a descriptor was declared; line and column 0 when the image carries no source info. */
export function locationOf(desc: Located): Location {
  const file = fileOf(desc);
  let index = indexes.get(file);
  if (index === undefined) {
    index = indexFile(file);
    indexes.set(file, index);
  }
  return index.get(pathOf(desc).join('.')) ?? { file: fileName(file), line: 0, column: 0 };
}

/** The file of a descriptor. */
export function fileOf(desc: Located): DescFile {
  if (desc.kind === 'file') return desc;
  return 'file' in desc ? desc.file : desc.parent.file;
}

/** protobuf-es drops the ending of a file's name. */
const fileName = (file: DescFile): string => file.proto.name;

/** SourceCodeInfo.Location.path: field numbers and indexes from the file down (descriptor.proto). */
export function pathOf(desc: Located): number[] {
  switch (desc.kind) {
    case 'file':
      return [];
    case 'service':
      return [6, desc.file.proto.service.indexOf(desc.proto)];
    case 'rpc':
      return [...pathOf(desc.parent), 2, desc.parent.proto.method.indexOf(desc.proto)];
    case 'message':
      return desc.parent === undefined
        ? [4, desc.file.proto.messageType.indexOf(desc.proto)]
        : [...pathOf(desc.parent), 3, desc.parent.proto.nestedType.indexOf(desc.proto)];
    case 'field':
      return [...pathOf(desc.parent), 2, desc.parent.proto.field.indexOf(desc.proto)];
    case 'oneof':
      return [...pathOf(desc.parent), 8, desc.parent.proto.oneofDecl.indexOf(desc.proto)];
    case 'enum':
      return desc.parent === undefined
        ? [5, desc.file.proto.enumType.indexOf(desc.proto)]
        : [...pathOf(desc.parent), 4, desc.parent.proto.enumType.indexOf(desc.proto)];
    case 'enum_value':
      return [...pathOf(desc.parent), 2, desc.parent.proto.value.indexOf(desc.proto)];
  }
}

function indexFile(file: DescFile): ReadonlyMap<string, Location> {
  const index = new Map<string, Location>();
  for (const { path, span } of file.proto.sourceCodeInfo?.location ?? []) {
    const [line = -1, column = -1] = span;
    const key = path.join('.');
    // The first location of a path is the declaration; later ones are its parts.
    if (!index.has(key)) index.set(key, { file: fileName(file), line: line + 1, column: column + 1 });
  }
  return index;
}
