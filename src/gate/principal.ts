import type { Audience } from './audience.js';
/** The id of a principal; no two pairs have the same, whatever a subject may hold. */
export function principalId(provider: string, subject: string): string {
  return `${encodeURIComponent(provider)}:${subject}`;
}

/** The authenticated caller. */
export interface Principal {
  /** Of all principals of all providers no two share it: "provider:subject". Keys of limits and caches hold it. */
  readonly id: string;
  /** Name of the provider in the configuration. */
  readonly provider: string;
  readonly kind: 'jwt' | 'token' | 'api-key' | 'certificate';
  /** That of the provider: what `visibility` is compared with. */
  readonly audience: Audience;
  readonly subject: string;
  readonly scopes: ReadonlySet<string>;
  /** What was verified about the caller: claims of a token, labels of an API key, names of a certificate. Rules read it as `auth`. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** Wall-clock milliseconds since the epoch after which the credential is worth nothing; undefined for never. */
  readonly expiresAt?: number | undefined;
}

/** Whether it is by Authorization that a caller is known: other callers may show backends one that nobody here has looked at. */
export function isKnownByAuthorization(principal: Principal | undefined): boolean {
  return principal?.kind === 'jwt' || principal?.kind === 'token';
}
