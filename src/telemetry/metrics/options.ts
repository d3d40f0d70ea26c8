import { z } from 'zod';

/** `metrics` of propylon.yaml. */
export const metricsOptionsSchema = z.strictObject({
  enabled: z
    .boolean()
    .optional()
    .describe('Whether anything is counted, and /metrics is there. Default true.'),
  buckets: z
    .array(z.number().positive())
    .min(1)
    .max(50)
    .refine((bounds) => bounds.every((bound, at) => bound > (bounds[at - 1] ?? 0)), 'must be ascending')
    .optional()
    .describe('Upper bounds of the buckets of durations, in seconds. Default 1 ms to 30 s in 14 steps.'),
  exemplars: z
    .boolean()
    .optional()
    .describe(
      'Whether durations name a trace as an example, for collectors that ask for OpenMetrics. Default true.',
    ),
});

export type MetricsOptions = z.infer<typeof metricsOptionsSchema>;
