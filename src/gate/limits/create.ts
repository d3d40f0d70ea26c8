import type { Random, WallClock } from '../../clock.js';
import { DiagnosticsError } from '../../diagnostic/index.js';
import type { Limits } from '../../limits.js';
import type { RedisStore } from '../redis.js';
import { FleetCounter } from './fleet-counter.js';
import { MemoryCounter } from './memory-counter.js';
import type { RateLimitOptions } from './options.js';
import { RateLimits } from './rate-limits.js';

/** Throws DiagnosticsError where requests are to be counted in a Redis that is not configured. */
export function createRateLimits(
  { rateLimits = {} }: { readonly rateLimits?: RateLimitOptions | undefined },
  host: { readonly clock: WallClock; readonly random: Random; readonly limits: Limits },
  redis: RedisStore | undefined,
): RateLimits {
  if (rateLimits.store !== 'redis') return new RateLimits(new MemoryCounter(host.clock), host);
  if (redis === undefined) {
    throw new DiagnosticsError([
      {
        severity: 'error',
        code: 'CONFIG_INVALID',
        text: 'Rate limits are to be counted in Redis, but no Redis is configured.',
        locations: [],
        hint: 'Add redis: { url: redis://host:6379 }.',
      },
    ]);
  }
  return new RateLimits(new FleetCounter(redis, host.clock, rateLimits), host);
}
