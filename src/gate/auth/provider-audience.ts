import { z } from 'zod';
import { audiences } from '../audience.js';

/** `audience` of a provider, whatever its type. */
export const providerAudience = z
  .enum(audiences)
  .optional()
  .describe('What its callers are to `visibility`. Default public.');
