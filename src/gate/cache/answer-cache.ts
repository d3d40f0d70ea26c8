import type { WallClock } from '../../clock.js';
import type { Diagnostic } from '../../diagnostic/index.js';
import type { RedisStore } from '../redis.js';
import type { GateAnswer } from '../verdict.js';
import { createFlights, type Flights } from './flights.js';
import { createMemoryStore } from './memory-store.js';
import { type CacheOptions, defaultBytes } from './options.js';
import { createRedisAnswerStore } from './redis-store.js';
import type { AnswerStore } from './store.js';
import type { StoredAnswer } from './stored-answer.js';
import { createTieredStore } from './tiered-store.js';

/** What a call that others wait for has come to. */
export interface Landed {
  readonly answer: GateAnswer;
  /** The answer for all who wait; undefined where it is nobody's but the one's who asked. */
  readonly shared: StoredAnswer | undefined;
  readonly isStored: boolean;
}

/** What of stored answers is to be dropped. */
export interface Purge {
  readonly all?: boolean | undefined;
  /** Full names: "shop.v1.Catalog.GetProduct". */
  readonly methods?: readonly string[] | undefined;
  readonly tags?: readonly string[] | undefined;
}

export type PurgeResult =
  | { readonly kind: 'purged' }
  /** Names of methods or tags that no policy has: a misspelt purge must not look like one. */
  | { readonly kind: 'unknown'; readonly names: readonly string[] }
  /** The store is away; nothing can be said of what it holds. */
  | { readonly kind: 'unavailable' };

/** The answers of all methods, kept over reloads. */
export interface AnswerCache {
  readonly store: AnswerStore;
  readonly flights: Flights<Landed>;
  readonly honoursClients: boolean;
  /** What may be purged of the answers of a method. */
  labelsOf(method: string, tags: readonly string[]): readonly string[];
  purge(purge: Purge): Promise<PurgeResult>;
}

/** What a cache is made with. */
export interface CacheHost {
  readonly clock: WallClock;
  readonly redis: RedisStore | undefined;
  /** Told of a Redis that is wanted and not there. */
  readonly report: (diagnostic: Diagnostic) => void;
}

export function createAnswerCache(options: CacheOptions, host: CacheHost): AnswerCache {
  const known = new Set([everything]);
  const store = storeOf(options, host);
  return {
    store,
    flights: createFlights(host.clock),
    honoursClients: options.clientDirectives === 'honour',
    labelsOf(method, tags) {
      const labels = [everything, methodLabel(method), ...tags.map(tagLabel)];
      for (const label of labels) known.add(label);
      return labels;
    },
    async purge({ all = false, methods = [], tags = [] }) {
      const named = [
        ...methods.map((name) => ({ name, label: methodLabel(name) })),
        ...tags.map((name) => ({ name, label: tagLabel(name) })),
      ];
      const unknown = named.filter(({ label }) => !known.has(label));
      if (unknown.length > 0) return { kind: 'unknown', names: unknown.map(({ name }) => name) };
      const labels = [...(all ? [everything] : []), ...named.map(({ label }) => label)];
      return { kind: (await store.purge(labels)) ? 'purged' : 'unavailable' };
    },
  };
}

const everything = 'all';
const methodLabel = (name: string): string => `method:${name}`;
const tagLabel = (name: string): string => `tag:${name}`;

function storeOf(
  {
    store = 'memory',
    memoryBytesMax: bytesMax = defaultBytes.memory,
    entryBytesMax = defaultBytes.entry,
  }: CacheOptions,
  { clock, redis, report }: CacheHost,
): AnswerStore {
  const bounds = { bytesMax, entryBytesMax };
  if (store === 'memory') return createMemoryStore(bounds);
  if (redis === undefined) {
    report(withoutRedis);
    return createMemoryStore(bounds);
  }
  const far = createRedisAnswerStore(redis, entryBytesMax);
  return store === 'redis' ? far : createTieredStore(far, bounds, clock);
}

const withoutRedis: Diagnostic = Object.freeze({
  severity: 'error',
  code: 'CONFIG_INVALID',
  text: 'Answers are to be stored in Redis (cache.store), and no Redis is configured.',
  locations: [],
  hint: 'Name one, as redis: {url: redis://host:6379}.',
});
