import { z } from 'zod';
import { duration } from '../../duration.js';
import { signingAlgorithms } from './signing-key.js';

/** Lower-case names that gRPC lets metadata have; what belongs to a connection or to gRPC is none of them. */
const metadataName = z
  .string()
  .regex(/^[a-z0-9.-]+$/, 'must be a name of metadata: lower-case letters, digits, "-" and "."')
  .refine(
    (name) => !/^(?:grpc-|content-|proxy-|te$|host$|connection$|x-forwarded-|x-request-id$)/.test(name),
    'is not free for an identity',
  );

const source = z
  .string()
  .regex(
    /^(?:subject|principal|provider|scopes|claims\..+)$/,
    'must be subject, principal, provider, scopes or claims.NAME',
  );

/** The section `identity` of propylon.yaml: what a backend learns of who calls. */
export const identityOptionsSchema = z.strictObject({
  metadata: z
    .record(metadataName, source)
    .optional()
    .describe(
      'Metadata to what it says: subject, principal, provider, scopes, or claims.NAME. Default: x-propylon-subject and so on, the first four.',
    ),
  authorization: z
    .enum(['forward', 'drop'])
    .optional()
    .describe("Whether the client's own Authorization goes on to the backend. Default forward."),
  jwt: z
    .strictObject({
      keyFile: z.string().min(1).describe('A private key in PEM form (PKCS #8), read again when it changes.'),
      algorithm: z.enum(signingAlgorithms).optional().describe('Default: that of the key; RS256 for RSA.'),
      issuer: z.string().min(1).describe('Its `iss`.'),
      audience: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).describe('Its `aud`.'),
      lifetime: duration
        .refine((ms) => ms >= 10_000 && ms <= 3_600_000, 'must be 10s to 1h')
        .optional()
        .describe('Default 5m; never longer than that of the credentials.'),
      claims: z.array(z.string().min(1)).optional().describe('Claims of the caller that it has besides.'),
      metadata: metadataName
        .refine((name) => !name.endsWith('-bin'), 'is for bytes, and a token is text')
        .optional()
        .describe(
          "Where it stands. Default x-propylon-jwt; in authorization behind Bearer, in place of the client's own.",
        ),
    })
    .optional()
    .describe(
      'A token of the gateway itself, for backends that trust nobody but it. Its keys are on the admin listener, at /jwks.',
    ),
});

export type IdentityOptions = z.output<typeof identityOptionsSchema>;
export type IdentityJwtOptions = NonNullable<IdentityOptions['jwt']>;
