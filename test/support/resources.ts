import { createHook } from 'node:async_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What Node calls the things that a call must not leave behind, and we. */
const kinds: Readonly<Record<string, keyof ResourceCounts>> = {
  Timeout: 'timers',
  TCPWRAP: 'sockets',
  HTTP2SESSION: 'sessions',
  HTTP2STREAM: 'streams',
};

/** Things of this process that live now, referenced by the event loop or not. */
export interface ResourceCounts {
  readonly timers: number;
  readonly sockets: number;
  /** HTTP/2 sessions and streams of node:http2, of both sides. */
  readonly sessions: number;
  readonly streams: number;
}

export interface ResourceWatch {
  counts(): ResourceCounts;
  stop(): void;
}

/** Counts what is made from now on and not yet gone. */
export function watchResources(): ResourceWatch {
  const live = new Map<number, keyof ResourceCounts>();
  const hook = createHook({
    init(id, type) {
      const kind = kinds[type];
      if (kind !== undefined) live.set(id, kind);
    },
    destroy(id) {
      live.delete(id);
    },
  }).enable();
  return {
    counts() {
      const counts = { timers: 0, sockets: 0, sessions: 0, streams: 0 };
      for (const kind of live.values()) counts[kind]++;
      return counts;
    },
    stop: () => void hook.disable(),
  };
}

/** Bytes of the heap that garbage collection leaves. */
export function heapBytes(): number {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
