import type { DescFile } from '@bufbuild/protobuf';
import { fileOf, type Located, pathOf } from './location.js';

/** What is written before something and behind it on its line. */
interface Comments {
  readonly leading: string;
  readonly trailing: string;
}

/** Built on the first question about a file. */
const indexes = new WeakMap<DescFile, ReadonlyMap<string, Comments>>();

/** SourceCodeInfo.Location.path of the package statement and of the syntax or edition statement. */
const headPaths = ['2', '12', '14'];

/**
 * The comment of a descriptor as it was written: what leads it, or what trails it on its line. Empty where it has
 * none, and where the image carries no source info.
 */
export function commentOf(desc: Located): string {
  return preferred(indexOf(fileOf(desc)).get(pathOf(desc).join('.')));
}

/** All that is written beside a descriptor, before it and behind it: what tools are told may be in either. */
export function commentsOf(desc: Located): string {
  const { leading, trailing } = indexOf(fileOf(desc)).get(pathOf(desc).join('.')) ?? none;
  return `${leading}\n${trailing}`;
}

const none: Comments = { leading: '', trailing: '' };

function preferred({ leading, trailing }: Comments = none): string {
  return leading === '' ? trailing : leading;
}

/** What a file says of its package, before the package or the syntax statement. */
export function packageCommentOf(file: DescFile): string {
  const index = indexOf(file);
  return headPaths.map((path) => preferred(index.get(path))).find((text) => text !== '') ?? '';
}

function indexOf(file: DescFile): ReadonlyMap<string, Comments> {
  const known = indexes.get(file);
  if (known !== undefined) return known;
  const index = new Map<string, Comments>();
  for (const { path, leadingComments, trailingComments } of file.proto.sourceCodeInfo?.location ?? []) {
    const comments = { leading: leadingComments, trailing: trailingComments };
    if (preferred(comments).trim() !== '') index.set(path.join('.'), comments);
  }
  indexes.set(file, index);
  return index;
}
