import { z } from 'zod';

/** What `propylon check` makes of what it finds. Whether rules are known is for who knows them. */
export const checkOptionsSchema = z.strictObject({
  rules: z
    .record(z.string(), z.enum(['error', 'warning', 'note', 'off']))
    .optional()
    .describe('Rule to its severity, or off, instead of its default.'),
  ignore: z
    .array(
      z.strictObject({
        rule: z.string().min(1).optional().describe('Default: every rule.'),
        subject: z.string().min(1).describe('What a finding is about; * is any text.'),
      }),
    )
    .optional()
    .describe('Findings that are not told.'),
});
