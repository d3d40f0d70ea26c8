import { z } from 'zod';

/** Where answers to requests with an Idempotency-Key are remembered. */
export const idempotencyOptionsSchema = z
  .strictObject({
    store: z
      .enum(['memory', 'redis'])
      .optional()
      .describe(
        'memory: each gateway for itself; redis: all together, by the Redis of `redis`. Default memory.',
      ),
    whenUnavailable: z
      .enum(['open', 'closed'])
      .optional()
      .describe(
        'While Redis is away: open makes the call and remembers nothing, closed answers 503. Default open.',
      ),
  })
  .refine(
    ({ store, whenUnavailable }) => store === 'redis' || whenUnavailable === undefined,
    'says what happens without Redis, but has no store: redis',
  );

export type IdempotencyOptions = z.output<typeof idempotencyOptionsSchema>;
