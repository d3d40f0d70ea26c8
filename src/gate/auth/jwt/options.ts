import { z } from 'zod';
import { duration } from '../../duration.js';
import { bindingShape } from '../binding/binding.js';
import { providerAudience } from '../provider-audience.js';
import { isSafeUrl } from '../safe-url.js';
import { algorithms, isSymmetric } from './algorithm.js';

/** Five minutes are the most that clocks may differ: beyond that a clock is wrong, and tokens live for minutes themselves. */
const clockToleranceMsMax = 300_000;

const names = z.array(z.string().min(1)).min(1);
/** A check that is left out must say why, where everybody can read it. */
const unchecked = z.strictObject({
  unchecked: z.string().min(10).describe('Why nobody needs to check it.'),
});
const claimPath = z
  .union([z.string().min(1), names])
  .describe('realm_access.roles, or a list of names where one has a dot.');
const jwk = z.looseObject({ kty: z.string() });

const keys = z
  .strictObject({
    jwksUrl: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('A JWKS that the issuer publishes.'),
    jwksFile: z.string().min(1).optional().describe('A file with a JWKS, read again when it changes.'),
    jwk: z
      .union([jwk, z.array(jwk).min(1)])
      .optional()
      .describe('Keys themselves, in JSON.'),
    pem: z.string().min(1).optional().describe('A public key or a certificate in PEM form.'),
    pemFile: z.string().min(1).optional().describe('A file with one, read again when it changes.'),
    secretFile: z
      .string()
      .min(1)
      .optional()
      .describe(
        'A file whose bytes, without a line break at their end, are the secret of HS256, HS384 or HS512.',
      ),
  })
  .refine(
    (sources) => Object.values(sources).filter((source) => source !== undefined).length === 1,
    'needs one of jwksUrl, jwksFile, jwk, pem, pemFile and secretFile',
  );

/** JSON Web Tokens of one issuer (RFC 7519, RFC 8725). */
export const jwtProviderSchema = z
  .strictObject({
    type: z.literal('jwt'),
    audience: providerAudience,
    preset: z
      .enum(['generic', 'okta', 'auth0', 'keycloak', 'entra'])
      .optional()
      .describe('Whose tokens they are: where their scopes stand. Default generic.'),
    issuer: z.union([z.string().min(1), unchecked]).describe('The `iss` of its tokens, letter by letter.'),
    aud: z.union([names, unchecked]).describe('Tokens must be meant for one of these.'),
    keys: keys
      .optional()
      .describe('What signatures are verified with. Default: as OpenID Connect Discovery says.'),
    allowHttp: z
      .boolean()
      .optional()
      .describe('Whether keys may come by http from elsewhere than this machine. Default false.'),
    algorithms: z
      .array(z.enum(algorithms))
      .min(1)
      .optional()
      .describe('Default: RS, PS and ES with SHA-2, and EdDSA; HS256 where the key is a secret.'),
    typ: z
      .enum(['at+jwt', 'JWT'])
      .optional()
      .describe('at+jwt: access tokens of RFC 9068 alone. Default: those, JWT, and none said.'),
    azp: names.optional().describe('Clients (azp, client_id, or appid) whose tokens count. Default: all.'),
    clockTolerance: duration
      .refine((ms) => ms <= clockToleranceMsMax, 'must be 5m at most')
      .optional()
      .describe("How far the issuer's clock may differ. Default 30s."),
    maxAge: duration.optional().describe('How long after its `iat` a token counts, whatever its `exp`.'),
    subject: claimPath.optional().describe('Claim that says who the caller is. Default sub.'),
    scopes: z
      .array(claimPath)
      .min(1)
      .optional()
      .describe('Claims that have scopes, instead of those of the preset.'),
    ...bindingShape,
  })
  .superRefine(({ issuer, keys: sources, algorithms: allowed = [], allowHttp }, context) => {
    const wrong = (path: string[], message: string): void =>
      context.addIssue({ code: 'custom', path, message });
    const isSecret =
      sources?.secretFile !== undefined || [sources?.jwk ?? []].flat().some(({ kty }) => kty === 'oct');
    const misfit = allowed.find((algorithm) => isSymmetric(algorithm) !== isSecret);
    if (misfit !== undefined) {
      wrong(
        ['algorithms'],
        isSecret
          ? `cannot have ${misfit}: the key is a secret`
          : `cannot have ${misfit}: it needs a secret that is configured here, and the keys are public`,
      );
    }
    if (isSecret && [sources?.jwk ?? []].flat().some(({ kty }) => kty !== 'oct'))
      wrong(['keys', 'jwk'], 'cannot have secrets and public keys');
    const url = sources === undefined && typeof issuer === 'string' ? issuer : sources?.jwksUrl;
    if (sources === undefined && (url === undefined || !URL.canParse(url)))
      wrong(['keys'], 'must be said where the issuer is no URL that can be asked for them');
    else if (url !== undefined && !isSafeUrl(url, allowHttp))
      wrong(
        sources === undefined ? ['issuer'] : ['keys', 'jwksUrl'],
        'must be https, or allowHttp must say so',
      );
  });

export type JwtProviderOptions = z.output<typeof jwtProviderSchema>;
export type ClaimPath = z.output<typeof claimPath>;
