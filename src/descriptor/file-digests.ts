import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { WallClock } from '../clock.js';

/**
 * A file that was written so shortly before it was looked at may be written once more without another time of change:
 * file systems count in steps, the coarsest in use in steps of two seconds.
 */
const settledMs = 2_500;

/** What a file holds, and what the file system says of it: another one whenever it was written or replaced. */
export interface FileDigest {
  readonly digest: string;
  readonly version: string;
}

/** What files hold, as digests: a file whose size and times are the same is not read again. */
export class FileDigests {
  readonly #clock: WallClock;
  readonly #known = new Map<string, FileDigest>();

  constructor(clock: WallClock) {
    this.#clock = clock;
  }

  /** Rejects where the file cannot be read. */
  async of(file: string): Promise<FileDigest> {
    const stats = await stat(file);
    // Reading a pipe would take what is in it from who wants to load it.
    if (!stats.isFile()) throw new Error(`${file} is no file`);
    const { dev, ino, size, mtimeMs, ctimeMs } = stats;
    const version = [dev, ino, size, mtimeMs, ctimeMs].join(' ');
    const known = this.#known.get(file);
    if (known?.version === version) return known;
    const found: FileDigest = { digest: await digestOf(file), version };
    if (this.#clock.wall() - Math.max(mtimeMs, ctimeMs) > settledMs) this.#known.set(file, found);
    return found;
  }
}

/** In pieces: an image may have many megabytes, and nobody shall wait for all of them. */
async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 256 * 1024 })) hash.update(chunk);
  return hash.digest('base64url');
}
