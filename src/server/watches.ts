import type { WallClock } from '../clock.js';
import {
  type ContentWatch,
  type DescriptorSource,
  type SourceWatchHost,
  watchFileContent,
} from '../descriptor/index.js';
import type { Limits } from '../limits.js';
import type { GatewayOptions } from './options.js';

/** Everything that was read for what is served, or was to be, and may change. */
export interface Watches {
  /** Watches what is named now, and no longer what is not; resolves once everything that changes from now on is noticed. */
  follow(options: GatewayOptions, sources: readonly DescriptorSource[], limits: Limits): Promise<void>;
  /** Runs what reads all that is watched: what changes meanwhile may have been read or not, and is reported in any case. */
  reading<T>(read: () => Promise<T>): Promise<T>;
  close(): void;
}

/** Files that are changed together are loaded together. */
const togetherMs = 20;

/** `changed` is called when something has changed, whatever it is. */
export function createWatches(clock: WallClock, changed: () => void): Watches {
  const watches = new Map<string, ContentWatch>();
  let isClosed = false;
  let isWaiting = false;
  const soon = (): void => {
    if (isWaiting) return;
    isWaiting = true;
    clock.after(togetherMs, () => {
      isWaiting = false;
      if (!isClosed) changed();
    });
  };
  return {
    async follow(options, sources, { fileReloadMs, reflectionReloadMs }) {
      const host: SourceWatchHost = { clock, pollMs: fileReloadMs, serverPollMs: reflectionReloadMs };
      const wanted = new Map<string, () => Promise<ContentWatch>>();
      for (const file of filesOf(options))
        wanted.set(`file ${file}`, () => watchFileContent(file, host, soon));
      for (const source of sources) {
        const start = source.watch?.bind(source);
        if (start !== undefined) wanted.set(source.label, () => start(soon, host));
      }
      for (const [name, watch] of watches) {
        if (wanted.has(name)) continue;
        watch.close();
        watches.delete(name);
      }
      await Promise.all(
        [...wanted].map(async ([name, start]) => {
          if (watches.has(name)) return;
          const watch = await start();
          if (isClosed) watch.close();
          else watches.set(name, watch);
        }),
      );
    },
    async reading(read) {
      await Promise.all([...watches.values()].map((watch) => watch.beforeReading()));
      try {
        return await read();
      } finally {
        // Also those that have begun meanwhile, since they look before they are read.
        await Promise.all([...watches.values()].map((watch) => watch.afterReading()));
      }
    },
    close() {
      isClosed = true;
      for (const watch of watches.values()) watch.close();
      watches.clear();
    },
  };
}

/** Those that options come from, or name. Files with keys and certificates are watched by those who use them. */
function filesOf({ files = [], rules = [], backends = [] }: GatewayOptions): ReadonlySet<string> {
  const configs = backends.flatMap(({ serviceConfig }) =>
    serviceConfig === undefined || serviceConfig === 'dns' ? [] : [serviceConfig],
  );
  return new Set([...files, ...rules.map(({ file }) => file), ...configs]);
}
