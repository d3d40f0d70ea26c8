import { z } from 'zod';
import { duration } from './duration.js';

const file = z.string().min(1);
const name = z.string().min(1);

/** The Redis that a fleet of gateways shares. */
export const redisOptionsSchema = z
  .strictObject({
    url: z
      .string()
      .regex(/^rediss?:\/\/./, 'must be redis://host:port/database, or rediss:// for TLS')
      .optional()
      .describe('redis://host:port/database; rediss:// connects with TLS.'),
    sentinels: z
      .strictObject({
        master: name.describe('Name of the group, as the sentinels call it.'),
        nodes: z
          .array(z.string().regex(/^[^:\s]+:\d{1,5}$/, 'must be host:port'))
          .min(1)
          .describe('Sentinels that are asked for the address of the master: host:port.'),
      })
      .optional()
      .describe('Redis Sentinel, instead of `url`.'),
    username: name.optional().describe('Default: the default user.'),
    passwordEnv: name.optional().describe('The environment variable that holds the password.'),
    passwordFile: file.optional().describe('The file that holds the password, and nothing else.'),
    tls: z
      .strictObject({
        ca: file.optional().describe("Who may have signed Redis's certificate: a file in PEM form."),
        cert: file.optional().describe('The certificate that the gateway shows (mTLS): a file in PEM form.'),
        key: file.optional().describe('Its key: a file in PEM form.'),
        serverName: name.optional().describe('The name in the certificate. Default: the host.'),
      })
      .optional()
      .describe('Connects with TLS. Default: as the URL says.'),
    keyPrefix: z.string().optional().describe('What the names of all keys begin with. Default "propylon:".'),
    timeout: duration
      .optional()
      .describe('A Redis that has not answered within this time counts as away. Default 100ms.'),
  })
  .refine(({ url, sentinels }) => (url === undefined) !== (sentinels === undefined), 'needs url or sentinels')
  .refine(
    ({ passwordEnv, passwordFile }) => passwordEnv === undefined || passwordFile === undefined,
    'takes passwordEnv or passwordFile, not both',
  );

export type RedisOptions = z.output<typeof redisOptionsSchema>;
