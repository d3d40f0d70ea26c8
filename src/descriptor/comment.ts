import type { DescFile } from '@bufbuild/protobuf';
import { fileOf, type Located, pathOf } from './location.js';

/** Built on the first question about a file. */
const indexes = new WeakMap<DescFile, ReadonlyMap<string, string>>();

/** SourceCodeInfo.Location.path of the package statement and of the syntax or edition statement. */
const headPaths = ['2', '12', '14'];

/**
 * The comment of a descriptor as it was written: what leads it, or what trails it on its line. Empty where it has
 * none, and where the image carries no source info.
 */
export function commentOf(desc: Located): string {
  return indexOf(fileOf(desc)).get(pathOf(desc).join('.')) ?? '';
}

/** What a file says of its package, before the package or the syntax statement. */
export function packageCommentOf(file: DescFile): string {
  const index = indexOf(file);
  return headPaths.map((path) => index.get(path) ?? '').find((text) => text !== '') ?? '';
}

function indexOf(file: DescFile): ReadonlyMap<string, string> {
  const known = indexes.get(file);
  if (known !== undefined) return known;
  const index = new Map<string, string>();
  for (const { path, leadingComments, trailingComments } of file.proto.sourceCodeInfo?.location ?? []) {
    const text = leadingComments === '' ? trailingComments : leadingComments;
    if (text.trim() !== '') index.set(path.join('.'), text);
  }
  indexes.set(file, index);
  return index;
}
