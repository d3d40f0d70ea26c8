import { z } from 'zod';
import { jwtProviderSchema } from './jwt/options.js';

/** Providers are parts of principals' ids, and of header fields. */
const providerName = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be a name of letters, digits, "-" and "_"');

const providerSchema = z.discriminatedUnion('type', [jwtProviderSchema]);

/** The section `authentication` of propylon.yaml. */
export const authenticationOptionsSchema = z.strictObject({
  realm: z
    .string()
    .regex(/^[\x20-\x7e]+$/, 'must be printable ASCII')
    .optional()
    .describe('What clients are told they need credentials for. Default propylon.'),
  providers: z
    .record(providerName, providerSchema)
    .describe('Name to who gives credentials out. Several may know one caller: the first counts.'),
});

export type AuthenticationOptions = z.output<typeof authenticationOptionsSchema>;
export type ProviderOptions = z.output<typeof providerSchema>;
