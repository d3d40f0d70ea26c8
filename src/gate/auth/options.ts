import { z } from 'zod';
import { apiKeyProviderSchema } from './api-key/api-keys.js';
import { certificateProviderSchema } from './certificate/certificates.js';
import { sidecarsSchema } from './certificate/sidecars.js';
import { introspectionProviderSchema } from './introspection/options.js';
import { jwtProviderSchema } from './jwt/options.js';

/** Providers are parts of principals' ids, and of header fields. */
const providerName = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be a name of letters, digits, "-" and "_"');

const providerSchema = z.discriminatedUnion('type', [
  jwtProviderSchema,
  introspectionProviderSchema,
  apiKeyProviderSchema,
  certificateProviderSchema,
]);

/** The section `authentication` of propylon.yaml. */
export const authenticationOptionsSchema = z
  .strictObject({
    realm: z
      .string()
      .regex(/^[\x20-\x7e]+$/, 'must be printable ASCII')
      .optional()
      .describe('What clients are told they need credentials for. Default propylon.'),
    publicUrl: z
      .url({ protocol: /^https?$/ })
      .refine((text) => !/[?#]/.test(text), 'must have neither query nor fragment')
      .optional()
      .describe(
        'The URL under which clients know the gateway, and which their DPoP proofs are for: https://api.example.com.',
      ),
    sidecars: sidecarsSchema
      .optional()
      .describe(
        "Addresses and ranges of proxies whose x-forwarded-client-cert counts, and nobody else's. Default none.",
      ),
    providers: z
      .record(providerName, providerSchema)
      .describe('Name to who gives credentials out. Several may know one caller: the first counts.'),
  })
  .superRefine(({ publicUrl, providers }, context) => {
    const needing = Object.entries(providers).find(
      ([, provider]) => 'dpop' in provider && provider.dpop !== undefined && provider.dpop !== 'off',
    );
    if (publicUrl !== undefined || needing === undefined) return;
    context.addIssue({
      code: 'custom',
      path: ['providers', needing[0], 'dpop'],
      message:
        'needs authentication.publicUrl: proofs are made for a URL, and what clients call the host is no proof',
    });
  });

export type AuthenticationOptions = z.output<typeof authenticationOptionsSchema>;
export type ProviderOptions = z.output<typeof providerSchema>;
