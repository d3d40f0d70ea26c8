import { z } from 'zod';
import { type Principal, principalId } from '../../principal.js';
import type { GateView } from '../../view.js';
import type { Authentication, Authenticator } from '../authenticator.js';
import { quoted } from '../challenge.js';
import type { AuthShared } from '../create.js';
import { providerAudience } from '../provider-audience.js';
import type { ClientCertificate } from './client-certificate.js';

const ruleSchema = z
  .strictObject({
    uri: z
      .string()
      .min(1)
      .optional()
      .describe(
        'A URI of the certificate; a step that is * stands for any one: spiffe://prod/ns/*/sa/batch.',
      ),
    dns: z
      .string()
      .min(1)
      .optional()
      .describe('A DNS name of the certificate; a label that is * stands for any one: *.batch.internal.'),
    name: z
      .string()
      .min(1)
      .optional()
      .describe('The distinguished name, as RFC 2253 writes it: CN=batch,O=Example.'),
    hash: z
      .string()
      .regex(/^[0-9a-f]{64}$/i, 'must be 64 hex digits')
      .optional()
      .describe('SHA-256 of the certificate.'),
    subject: z
      .string()
      .min(1)
      .optional()
      .describe('What the caller is called. Default: the name that matched.'),
    scopes: z.array(z.string().min(1)).optional().describe('What the caller may do.'),
  })
  .refine(
    ({ uri, dns, name, hash }) => [uri, dns, name, hash].filter((one) => one !== undefined).length === 1,
    'needs one of uri, dns, name and hash',
  );

/** A provider of `type: certificate`. */
export const certificateProviderSchema = z.strictObject({
  type: z.literal('certificate'),
  audience: providerAudience,
  rules: z
    .array(ruleSchema)
    .min(1)
    .describe('Which certificates count, and whose they are; the first that fits counts.'),
});

export type CertificateProvider = z.output<typeof certificateProviderSchema>;

const malformed: Authentication = {
  kind: 'invalid',
  error: 'invalid_request',
  description: 'The forwarded client certificate cannot be read',
};

/** Client certificates, by their names. One that no rule knows is no credential: it may be there for the transport alone. */
export function createCertificates(
  name: string,
  { audience = 'public', rules }: CertificateProvider,
  { realm, findCertificate }: Pick<AuthShared, 'realm' | 'findCertificate'>,
): Authenticator {
  const matchers = rules.map((rule) => ({ rule, match: matcher(rule), scopes: new Set(rule.scopes) }));
  // One principal for one certificate: what others remember of a caller, they remember by it.
  const known = new WeakMap<ClientCertificate, Principal>();
  const principalOf = (certificate: ClientCertificate): Principal | undefined => {
    for (const { rule, match, scopes } of matchers) {
      const matched = match(certificate);
      if (matched === undefined) continue;
      const subject = rule.subject ?? matched;
      const claims = claimsOf(subject, certificate);
      const id = principalId(name, subject);
      return { id, provider: name, kind: 'certificate', audience, subject, scopes, claims };
    }
    return undefined;
  };
  const authenticate = ({ request }: GateView): Authentication | undefined => {
    const certificate = findCertificate(request);
    if (certificate === undefined) return undefined;
    if (certificate === 'malformed') return malformed;
    const principal = known.get(certificate) ?? principalOf(certificate);
    if (principal === undefined) return undefined;
    known.set(certificate, principal);
    return { kind: 'principal', principal };
  };
  return {
    name,
    kind: 'certificate',
    audience,
    // RFC 9110 has no scheme for certificates; a client must be told something.
    challenge: `Certificate realm=${quoted(realm)}`,
    authenticate,
    rehearse: authenticate,
    close: () => undefined,
  };
}

function claimsOf(
  sub: string,
  { thumbprint, subject, uris, dnsNames }: ClientCertificate,
): Principal['claims'] {
  return {
    sub,
    uris,
    dnsNames,
    ...(subject === undefined ? {} : { name: subject }),
    ...(thumbprint === undefined ? {} : { 'x5t#S256': thumbprint }),
  };
}

/** Of a certificate the name that a rule fits. */
type Matcher = (certificate: ClientCertificate) => string | undefined;

function matcher({ uri, dns, name, hash }: CertificateProvider['rules'][number]): Matcher {
  if (uri !== undefined) return ({ uris }) => uris.find((text) => fits(uri, text, '/'));
  if (dns !== undefined) {
    // RFC 4343: domain names are compared without case.
    const pattern = dns.toLowerCase();
    return ({ dnsNames }) => dnsNames.find((text) => fits(pattern, text.toLowerCase(), '.'));
  }
  if (name !== undefined) return ({ subject }) => (subject === name ? subject : undefined);
  const thumbprint = hash === undefined ? undefined : Buffer.from(hash, 'hex').toString('base64url');
  return (certificate) => (certificate.thumbprint === thumbprint ? certificate.thumbprint : undefined);
}

/** Step by step; "*" fits one step that is not empty, and no dots that climb. */
function fits(pattern: string, text: string, separator: string): boolean {
  const steps = pattern.split(separator);
  const given = text.split(separator);
  return (
    steps.length === given.length &&
    steps.every((step, at) => (step === '*' ? isStep(given[at]) : step === given[at]))
  );
}

function isStep(text: string | undefined): boolean {
  return (
    text !== undefined && text !== '' && text !== '.' && text !== '..' && text !== '*' && !/[?#%]/.test(text)
  );
}
