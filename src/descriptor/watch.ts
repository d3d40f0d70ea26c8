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
  /** The folders in which something stirs when it changes. */
  readonly folders: readonly string[];
}

/** What is written in several steps is complete when nothing has changed for so long. */
const settleMs = 50;

/** More folders than these are polled only: each costs a handle of the system. */
const foldersMax = 256;

/**
 * Calls `changed` when `look` sees something else than before, once it has settled: a touch is no change, and a change
 * that is taken back was none. Looks when something stirs in a folder, and every `pollMs` besides. What cannot be read
 * is a change only when that lasts until the next poll, since files are replaced by deleting them first. Resolves with
 * the end of it, once everything that happens from now on is noticed.
 */
export async function watchContent(
  look: () => Promise<Seen>,
  { clock, pollMs }: WatchHost,
  changed: () => void,
): Promise<() => void> {
  const watched = new WatchedFolders(() => stirred());
  let isClosed = false;
  let isLooking = false;
  let isStirred = false;
  let cancel = (): void => undefined;
  /** What is not yet known to stay. */
  let fresh: { readonly digest: string | undefined; readonly since: number } | undefined;

  const see = async (): Promise<string | undefined> => {
    const { digest, folders } = await look();
    await watched.follow(folders);
    return digest;
  };
  const next = (delayMs: number): void => {
    cancel();
    if (!isClosed) cancel = clock.after(delayMs, () => void turn());
  };
  const turn = async (): Promise<void> => {
    isLooking = true;
    isStirred = false;
    const now = await see();
    isLooking = false;
    if (isClosed) return;
    const at = clock.now();
    const lastsMs = now === undefined ? pollMs : settleMs;
    if (now === last) fresh = undefined;
    else if (fresh === undefined || fresh.digest !== now) fresh = { digest: now, since: at };
    else if (at - fresh.since >= lastsMs) {
      last = now;
      fresh = undefined;
      changed();
    }
    next(isStirred || fresh?.digest !== undefined ? settleMs : pollMs);
  };
  const stirred = (): void => {
    if (isStirred) return;
    isStirred = true;
    if (!isLooking) next(settleMs);
  };

  let last = await see();
  next(pollMs);
  return () => {
    isClosed = true;
    cancel();
    watched.close();
  };
}

/** As `watchContent`, of one file. */
export function watchFileContent(file: string, host: WatchHost, changed: () => void): Promise<() => void> {
  const digests = new FileDigests(host.clock);
  const folders = [dirname(file)];
  const look = async (): Promise<Seen> => ({
    digest: await digests.of(file).catch(() => undefined),
    folders,
  });
  return watchContent(look, host, changed);
}

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
