import { z } from 'zod';
import { duration } from '../duration.js';

/** Where requests are counted. */
export const rateLimitOptionsSchema = z
  .strictObject({
    store: z
      .enum(['memory', 'redis'])
      .optional()
      .describe(
        'memory: each gateway for itself; redis: all together, by the Redis of `redis`. Default memory.',
      ),
    whenUnavailable: z
      .enum(['local', 'open', 'closed'])
      .optional()
      .describe(
        'While Redis is away: local counts in each process, open lets everything through, closed answers 503. Default local.',
      ),
    localFor: duration
      .optional()
      .describe('How long each process counts for itself before open or closed begins. Default 10s.'),
  })
  .refine(
    ({ store, whenUnavailable, localFor }) =>
      store === 'redis' || (whenUnavailable === undefined && localFor === undefined),
    'says what happens without Redis, but has no store: redis',
  )
  .refine(
    ({ whenUnavailable, localFor }) =>
      localFor === undefined || (whenUnavailable !== undefined && whenUnavailable !== 'local'),
    'has localFor, which needs whenUnavailable: open or closed',
  );

export type RateLimitOptions = z.output<typeof rateLimitOptionsSchema>;

/** When requests are refused because the process has too much to do. */
export const overloadOptionsSchema = z.strictObject({
  eventLoopDelay: duration.describe(
    'The delay of the event loop from which on requests of low priority are refused, more of them the longer it gets; ' +
      'of normal priority from twice, of high from four times of it on.',
  ),
});

export type OverloadOptions = z.output<typeof overloadOptionsSchema>;
