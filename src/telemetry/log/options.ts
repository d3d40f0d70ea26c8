import { z } from 'zod';
import { parseDurationMs } from '../../duration.js';

/** From the most to the least. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

const name = z.string().min(1);

/** Where lines come from and what is in them: `log` of propylon.yaml. */
export const logOptionsSchema = z.strictObject({
  level: z.enum(logLevels).optional().describe('The least that is written. Default info.'),
  format: z
    .enum(['auto', 'json', 'pretty'])
    .optional()
    .describe('JSON lines with the names of ECS, or for people. Default auto: pretty on a terminal.'),
  access: z
    .strictObject({
      mode: z
        .enum(['off', 'errors', 'all'])
        .optional()
        .describe('Which requests get a line: errors are those of our side, 5xx. Default errors.'),
      sample: z
        .number()
        .min(0)
        .max(1)
        .optional()
        .describe('The share of requests, of those without errors that are not slow. Default 1.'),
      slow: z
        .string()
        .refine((text) => parseDurationMs(text) !== undefined, 'must be a duration such as 5s, 250ms or 2m')
        .optional()
        .describe('Requests that took this long always get a line, but with mode off. Default: none do.'),
      except: z.array(name).optional().describe('Selectors of methods whose requests get none.'),
      path: z.boolean().optional().describe('Whether lines have the path too, without query. Default false.'),
      headers: z
        .array(name.regex(/^[\w!#$%&'*+.^`|~-]+$/, 'must be the name of a header field'))
        .optional()
        .describe('Request header fields that lines have too. Credentials are never written.'),
    })
    .optional()
    .describe('A line per request.'),
});

export type LogOptions = z.output<typeof logOptionsSchema>;
