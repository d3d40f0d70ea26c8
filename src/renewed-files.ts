import type { Clock } from './clock.js';
import { readRegularFile } from './regular-file.js';

/** What files hold, in their order; undefined where no file is named. */
export type FileContents = readonly (Buffer | undefined)[];

/** Whoever asks within this time of each other gets what was read for the first. */
const freshMs = 1_000;

/**
 * What is made of files that may be renewed on disk: they are read again for whoever asks, at most
 * once a second, and `make` is called when one of them has changed. Files that cannot be read, or of
 * which nothing can be made, as while they are being replaced, leave what was made of the last good
 * ones; without any, it rejects.
 */
export function renewedFiles<T>(
  paths: readonly (string | undefined)[],
  clock: Clock,
  make: (contents: FileContents) => T,
): () => Promise<T> {
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;
  let made: { readonly of: FileContents; readonly value: T } | undefined;

  async function read(): Promise<void> {
    const contents = await Promise.all(
      paths.map((path) => (path === undefined ? undefined : readRegularFile(path))),
    );
    if (made !== undefined && contents.every((content, index) => isSame(content, made?.of[index]))) return;
    made = { of: contents, value: make(contents) };
  }

  return async () => {
    if (clock.now() - readAt >= freshMs) {
      readAt = clock.now();
      reading = read();
    }
    try {
      await reading;
    } catch (error) {
      if (made === undefined) {
        readAt = Number.NEGATIVE_INFINITY;
        throw error;
      }
    }
    if (made === undefined) throw new Error('Nothing was made of the files.');
    return made.value;
  };
}

function isSame(one: Buffer | undefined, other: Buffer | undefined): boolean {
  return one === undefined || other === undefined ? one === other : one.equals(other);
}
