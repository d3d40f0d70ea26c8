import type { Random, WallClock } from '../../clock.js';
import type { Diagnostic } from '../../diagnostic/index.js';
import type { Limits } from '../../limits.js';
import type { RedisStore } from '../redis.js';
import type { SharedMemory } from '../shared/question.js';
import { FleetCounter } from './fleet-counter.js';
import { MemoryCounter } from './memory-counter.js';
import type { RateLimitOptions } from './options.js';
import { RateLimits } from './rate-limits.js';
import { SharedCounter } from './shared-counter.js';

/** Reports it where requests are to be counted in a Redis that is not configured. */
export function createRateLimits(
  { rateLimits = {} }: { readonly rateLimits?: RateLimitOptions | undefined },
  host: {
    readonly clock: WallClock;
    readonly random: Random;
    readonly limits: Limits;
    readonly memory?: SharedMemory | undefined;
    readonly report: (diagnostic: Diagnostic) => void;
  },
  redis: RedisStore | undefined,
): RateLimits {
  const { store = 'memory' } = rateLimits;
  if (store === 'redis' && redis === undefined)
    host.report({
      severity: 'error',
      code: 'CONFIG_INVALID',
      text: 'Rate limits are to be counted in Redis, but no Redis is configured.',
      locations: [],
      hint: 'Add redis: { url: redis://host:6379 }.',
    });
  const counter =
    store === 'redis' && redis !== undefined
      ? new FleetCounter(redis, host.clock, rateLimits)
      : host.memory === undefined
        ? new MemoryCounter(host.clock)
        : new SharedCounter(host.memory, host.clock);
  return new RateLimits(counter, host);
}
