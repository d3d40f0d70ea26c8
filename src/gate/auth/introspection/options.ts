import { z } from 'zod';
import { duration } from '../../duration.js';
import { bindingShape } from '../binding/binding.js';
import { providerAudience } from '../provider-audience.js';
import { isSafeUrl } from '../safe-url.js';

const names = z.array(z.string().min(1)).min(1);

/** A provider of `type: introspection`: opaque tokens, of which their issuer is asked (RFC 7662). */
export const introspectionProviderSchema = z
  .strictObject({
    type: z.literal('introspection'),
    audience: providerAudience,
    endpoint: z.url({ protocol: /^https?$/ }).describe('The introspection endpoint.'),
    allowHttp: z
      .boolean()
      .optional()
      .describe('Whether the endpoint may be http elsewhere than on this machine. Default false.'),
    client: z
      .strictObject({
        id: z.string().min(1).describe('What the issuer calls this gateway.'),
        secretFile: z
          .string()
          .min(1)
          .describe(
            'A file with its secret, read again when it changes; a line break at its end does not count.',
          ),
        method: z
          .enum(['basic', 'post'])
          .optional()
          .describe('Where the secret goes: client_secret_basic or _post. Default basic.'),
      })
      .describe('How the gateway proves to the issuer who it is.'),
    issuer: z
      .string()
      .min(1)
      .optional()
      .describe('The `iss` of its answers, letter by letter, where they have one.'),
    aud: names
      .optional()
      .describe('Tokens must be meant for one of these. Default: the issuer judges by who asks.'),
    azp: names.optional().describe('Clients (client_id) whose tokens count. Default: all.'),
    subject: z
      .string()
      .min(1)
      .optional()
      .describe('Member of the answer that says who the caller is. Default sub, else client_id.'),
    remember: duration
      .refine((ms) => ms <= 3_600_000, 'must be 1h at most')
      .optional()
      .describe(
        'How long an answer counts at most; a token revoked meanwhile is not known to be. Default 1m.',
      ),
    jwts: z
      .boolean()
      .optional()
      .describe('Whether the issuer is asked of tokens in the form of a JWT as well. Default false.'),
    ...bindingShape,
  })
  .refine(({ endpoint, allowHttp }) => isSafeUrl(endpoint, allowHttp), {
    path: ['endpoint'],
    message: 'must be https, or allowHttp must say so',
  });

export type IntrospectionProvider = z.output<typeof introspectionProviderSchema>;
