import { z } from 'zod';

/** What answers may take where nothing is said. */
export const defaultBytes = { memory: 64 * 1024 * 1024, entry: 1024 * 1024 } as const;

const bytes = z.int().min(1);

/** Where answers are stored, for all methods. */
export const cacheOptionsSchema = z.strictObject({
  store: z
    .enum(['memory', 'redis', 'both'])
    .optional()
    .describe(
      'memory: each process for itself; redis: all that share one; both: in memory for a second, too. Default memory.',
    ),
  memoryBytesMax: bytes.optional().describe(`Answers in memory, together. Default ${defaultBytes.memory}.`),
  entryBytesMax: bytes.optional().describe(`A larger answer is not stored. Default ${defaultBytes.entry}.`),
  clientDirectives: z
    .enum(['ignore', 'honour'])
    .optional()
    .describe(
      "What Cache-Control in requests counts for: honour lets any client go past the store, at the backend's cost. Default ignore.",
    ),
});

export type CacheOptions = z.output<typeof cacheOptionsSchema>;
