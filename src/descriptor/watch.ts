import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { WallClock } from '../clock.js';
import { FileDigests } from './file-digests.js';

/** How changes are looked for. */
export interface WatchHost {
  readonly clock: WallClock;
  /** What nobody tells of is found within this time: network file systems, links that lead elsewhere. */
  readonly pollMs: number;
}

/** The same, for sources of all kinds. */
export interface SourceWatchHost extends WatchHost {
  /** Servers are asked this often. */
  readonly serverPollMs: number;
}

/** What is there at one moment. */
export interface Seen {
  /** The same where nothing has changed; undefined where it cannot be read. */
  readonly digest: string | undefined;
  /** Another one whenever something was written, be it the same again; absent where nobody knows. */
  readonly version?: string | undefined;
  /** The folders in which something stirs when it changes. */
  readonly folders: readonly string[];
}

/** A watch that is kept. */
export interface ContentWatch {
  /** To be called before what is watched is read once more: what is there now is no change. */
  beforeReading(): Promise<void>;
  /**
   * To be called behind: what was written since may be what was read, or not, and is reported, though it may be the
   * same again by now.
   */
  afterReading(): Promise<void>;
  close(): void;
}

/** What is written in several steps is complete when nothing has changed for so long. */
const settleMs = 50;

/** More folders than these are polled only: each costs a handle of the system. */
const foldersMax = 256;

/**
 * Calls `changed` when `look` sees something else than before, once it has settled: a touch is no change, and a change
 * that is taken back was none. Looks when something stirs in a folder, and every `pollMs` besides. What cannot be read
 * is a change only when that lasts until the next poll, since files are replaced by deleting them first. Resolves once
 * everything that happens from now on is noticed.
 */
export async function watchContent(
  look: () => Promise<Seen>,
  { clock, pollMs }: WatchHost,
  changed: () => void,
): Promise<ContentWatch> {
  const watched = new WatchedFolders(() => stirred());
  let isClosed = false;
  let isLooking = false;
  let isStirred = false;
  let cancel = (): void => undefined;
  /** What is not yet known to stay. */
  let fresh: { readonly digest: string | undefined; readonly since: number } | undefined;
  /** Something else than `last` may have been read. */
  let isUnsure = false;

  const see = async (): Promise<Seen> => {
    const seen = await look();
    await watched.follow(seen.folders);
    return seen;
  };
  const next = (delayMs: number): void => {
    cancel();
    if (!isClosed) cancel = clock.after(delayMs, () => void turn());
  };
  const turn = async (): Promise<void> => {
    isLooking = true;
    isStirred = false;
    const { digest: now } = await see();
    isLooking = false;
    if (isClosed) return;
    const at = clock.now();
    const lastsMs = now === undefined ? pollMs : settleMs;
    if (now === last && !isUnsure) fresh = undefined;
    else if (fresh === undefined || fresh.digest !== now) fresh = { digest: now, since: at };
    else if (at - fresh.since >= lastsMs) {
      last = now;
      fresh = undefined;
      isUnsure = false;
      changed();
    }
    next(isStirred || fresh?.digest !== undefined ? settleMs : pollMs);
  };
  const stirred = (): void => {
    if (isStirred) return;
    isStirred = true;
    if (!isLooking) next(settleMs);
  };

  let { digest: last, version } = await see();
  next(pollMs);
  return {
    async beforeReading() {
      if (version !== undefined) ({ digest: last, version } = await see());
    },
    async afterReading() {
      if (version === undefined || (await look()).version === version) return;
      isUnsure = true;
      stirred();
    },
    close() {
      isClosed = true;
      cancel();
      watched.close();
    },
  };
}

/** As `watchContent`, of one file. */
export function watchFileContent(file: string, host: WatchHost, changed: () => void): Promise<ContentWatch> {
  const digests = new FileDigests(host.clock);
  const folders = [dirname(file)];
  const look = async (): Promise<Seen> => {
    const { digest, version } = await digests.of(file).catch(() => absent);
    return { digest, version, folders };
  };
  return watchContent(look, host, changed);
}

/** A file that cannot be read. */
const absent = { digest: undefined, version: '' };

/** Folders in which something may stir. One that is another by now, under the same name, is watched anew. */
class WatchedFolders {
  readonly #stirred: () => void;
  readonly #folders = new Map<string, { readonly ino: number; readonly watcher: FSWatcher }>();
  #isClosed = false;

  constructor(stirred: () => void) {
    this.#stirred = stirred;
  }

  async follow(folders: readonly string[]): Promise<void> {
    const wanted = new Set(folders.slice(0, foldersMax));
    for (const folder of this.#folders.keys()) if (!wanted.has(folder)) this.#forget(folder);
    for (const folder of wanted) {
      const ino = await stat(folder).then(
        (found) => found.ino,
        () => undefined,
      );
      if (this.#folders.get(folder)?.ino === ino) continue;
      this.#forget(folder);
      if (ino !== undefined && !this.#isClosed) this.#watch(folder, ino);
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const folder of [...this.#folders.keys()]) this.#forget(folder);
  }

  #watch(folder: string, ino: number): void {
    try {
      const watcher = watch(folder, { persistent: false }, this.#stirred);
      watcher.on('error', () => this.#forget(folder));
      this.#folders.set(folder, { ino, watcher });
    } catch {
      // Too many are watched, or it has just gone: then polling finds what changes.
    }
  }

  #forget(folder: string): void {
    this.#folders.get(folder)?.watcher.close();
    this.#folders.delete(folder);
  }
}
