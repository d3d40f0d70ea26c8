import type { WallClock } from '../clock.js';
import { type DescriptorSource, type SourceWatchHost, watchFileContent } from '../descriptor/index.js';
import type { Limits } from '../limits.js';
import type { GatewayOptions } from './options.js';

/** Everything that was read for what is served, or was to be, and may change. */
export interface Watches {
  /** Watches what is named now, and no longer what is not; resolves once everything that changes from now on is noticed. */
  follow(options: GatewayOptions, sources: readonly DescriptorSource[], limits: Limits): Promise<void>;
  close(): void;
}

/** Files that are changed together are loaded together. */
const togetherMs = 20;

/** `changed` is called when something has changed, whatever it is. */
export function createWatches(clock: WallClock, changed: () => void): Watches {
  const stops = new Map<string, () => void>();
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
      const wanted = new Map<string, () => Promise<() => void>>();
      for (const file of filesOf(options))
        wanted.set(`file ${file}`, () => watchFileContent(file, host, soon));
      for (const source of sources) {
        const { label } = source;
        if (source.watch !== undefined)
          wanted.set(label, async () => (await source.watch?.(soon, host)) ?? (() => undefined));
      }
      for (const [name, stop] of stops) {
        if (wanted.has(name)) continue;
        stop();
        stops.delete(name);
      }
      await Promise.all(
        [...wanted].map(async ([name, start]) => {
          if (stops.has(name)) return;
          const stop = await start();
          if (isClosed) stop();
          else stops.set(name, stop);
        }),
      );
    },
    close() {
      isClosed = true;
      for (const stop of stops.values()) stop();
      stops.clear();
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
