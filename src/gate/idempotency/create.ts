import type { Clock } from '../../clock.js';
import { DiagnosticsError } from '../../diagnostic/index.js';
import type { Limits } from '../../limits.js';
import type { RedisStore } from '../redis.js';
import type { SharedMemory } from '../shared/question.js';
import { memoryAnswerStore } from './memory-store.js';
import type { IdempotencyOptions } from './options.js';
import { redisAnswerStore } from './redis-store.js';
import { sharedAnswerStore } from './shared-store.js';
import type { AnswerStore } from './store.js';

/** Throws DiagnosticsError where answers are to be remembered in a Redis that is not configured. */
export function createAnswerStore(
  { store }: IdempotencyOptions = {},
  {
    clock,
    limits,
    memory,
  }: { readonly clock: Clock; readonly limits: Limits; readonly memory?: SharedMemory | undefined },
  redis: RedisStore | undefined,
): AnswerStore {
  if (store !== 'redis') {
    return memory === undefined
      ? memoryAnswerStore(clock, limits.idempotencyBytesMax)
      : sharedAnswerStore(memory);
  }
  if (redis !== undefined) return redisAnswerStore(redis);
  throw new DiagnosticsError([
    {
      severity: 'error',
      code: 'CONFIG_INVALID',
      text: 'Answers are to be remembered in Redis, but no Redis is configured.',
      locations: [],
      hint: 'Add redis: { url: redis://host:6379 }.',
    },
  ]);
}
