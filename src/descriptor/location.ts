import type { DescField, DescFile, DescMessage, DescMethod, DescService } from '@bufbuild/protobuf';
import type { Location } from '../diagnostic/index.js';

type Located = DescFile | DescService | DescMethod | DescMessage | DescField;

/** Built on the first question about a file: most files are never asked about. */
const indexes = new WeakMap<DescFile, ReadonlyMap<string, Location>>();

/** Where a descriptor was declared; line and column 0 when the image carries no source info. */
export function locationOf(desc: Located): Location {
  const file = desc.kind === 'file' ? desc : fileOf(desc);
  let index = indexes.get(file);
  if (index === undefined) {
    index = indexFile(file);
    indexes.set(file, index);
  }
  return index.get(pathOf(desc).join('.')) ?? { file: fileName(file), line: 0, column: 0 };
}

function fileOf(desc: Exclude<Located, DescFile>): DescFile {
  return desc.kind === 'field' || desc.kind === 'rpc' ? desc.parent.file : desc.file;
}

/** protobuf-es drops the ending of a file's name. */
const fileName = (file: DescFile): string => file.proto.name;

/** SourceCodeInfo.Location.path: field numbers and indexes from the file down (descriptor.proto). */
function pathOf(desc: Located): number[] {
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
