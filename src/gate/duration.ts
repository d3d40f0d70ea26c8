import { z } from 'zod';
import { parseDurationMs } from '../duration.js';

/** A length of time as it is written, "5s", to milliseconds; "0s" is 0: never, or not at all. */
export const duration = z
  .string()
  .refine((text) => millisecondsOf(text) !== undefined, 'must be a duration such as 5s, 250ms or 2m')
  .transform((text) => millisecondsOf(text) ?? 0);

function millisecondsOf(text: string): number | undefined {
  return text === '0s' ? 0 : parseDurationMs(text);
}
