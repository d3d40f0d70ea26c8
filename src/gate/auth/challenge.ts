import type { HeaderFields } from '../../headers.js';
import type { Authenticator } from './authenticator.js';

/** A text as a quoted-string (RFC 9110 §5.6.4); what cannot stand in one is left out. */
export function quoted(text: string): string {
  return `"${text.replace(/[^\x20-\x7e]/g, '').replace(/["\\]/g, '\\$&')}"`;
}

/** What a challenge says of credentials that were given (RFC 6750 §3). */
export interface ChallengeError {
  readonly error: string;
  readonly description: string;
}

/**
 * WWW-Authenticate for these providers, a field for each different challenge. Errors are told in the
 * challenge of the provider whose credentials they are about, which stands first.
 */
export function challengeFields(
  authenticators: readonly Authenticator[],
  about?: { readonly authenticator: Authenticator; readonly error: ChallengeError },
): HeaderFields {
  const blamed = about?.authenticator.challenge;
  const rest = new Set(authenticators.map(({ challenge }) => challenge));
  const texts: string[] = [];
  if (about !== undefined && blamed !== undefined) {
    rest.delete(blamed);
    const { error, description } = about.error;
    const separator = blamed.includes(' ') ? ', ' : ' ';
    texts.push(`${blamed}${separator}error=${quoted(error)}, error_description=${quoted(description)}`);
  }
  return [...texts, ...rest].map((text) => ['www-authenticate', text]);
}
