import { createHook } from 'node:async_hooks';
import { json } from 'node:stream/consumers';
import { getHeapSnapshot, setFlagsFromString } from 'node:v8';
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

/** As far as read here: https://developer.chrome.com/docs/devtools/memory-problems/heap-snapshots */
interface HeapSnapshot {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: readonly string[];
      readonly node_types: readonly [readonly string[]];
    };
  };
  readonly nodes: readonly number[];
}

const madeByPrograms: ReadonlySet<string> = new Set([
  'object',
  'closure',
  'array',
  'string',
  'native',
  'regexp',
]);

/**
 * Bytes of what the program itself holds: objects, closures, arrays, strings. Not the engine's
 * code for it: the optimizing compiler adds some whenever it finds something worth it, which is
 * later the busier the machine is, and is no leak.
 */
export async function heldBytes(): Promise<number> {
  const { snapshot, nodes } = (await json(getHeapSnapshot())) as HeapSnapshot;
  const {
    node_fields: fields,
    node_types: [types],
  } = snapshot.meta;
  const [type, size] = [fields.indexOf('type'), fields.indexOf('self_size')];
  let bytes = 0;
  for (let at = 0; at < nodes.length; at += fields.length) {
    if (madeByPrograms.has(types[nodes[at + type] ?? 0] ?? '')) bytes += nodes[at + size] ?? 0;
  }
  return bytes;
}
