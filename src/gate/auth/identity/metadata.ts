import type { MetadataEntry } from '../../../status/index.js';
import type { Principal } from '../../principal.js';
import { claimAt, stepsOf } from '../jwt/claim-path.js';

/** Where the identity stands where nobody has said otherwise. */
export const defaultIdentityMetadata: Readonly<Record<string, string>> = Object.freeze({
  'x-propylon-subject': 'subject',
  'x-propylon-principal': 'principal',
  'x-propylon-provider': 'provider',
  'x-propylon-scopes': 'scopes',
});

/**
 * Who calls, as metadata. Texts are percent-encoded (RFC 3986 §2.1) but for visible ASCII without
 * "%", so that whatever a subject holds is one value and no more: backends decode it. Scopes stand
 * with blanks between them, elements of a list with commas; other values are JSON. Under a name that
 * ends in "-bin", bytes: texts in UTF-8, other values in JSON. What a caller does not have is left out.
 */
export function identityMetadata(
  names: Readonly<Record<string, string>>,
): (principal: Principal) => readonly MetadataEntry[] {
  const readers = Object.entries(names).map(([name, source]) => ({ name, read: reader(source) }));
  return (principal) =>
    readers.flatMap(({ name, read }): MetadataEntry[] => {
      const value = read(principal);
      if (value === undefined || value === null) return [];
      return [[name, name.endsWith('-bin') ? bytesOf(value) : textOf(value)]];
    });
}

function reader(source: string): (principal: Principal) => unknown {
  switch (source) {
    case 'subject':
      return ({ subject }) => subject;
    case 'principal':
      return ({ id }) => id;
    case 'provider':
      return ({ provider }) => provider;
    case 'scopes':
      return ({ scopes }) => scopes;
    default: {
      const steps = stepsOf(source.slice('claims.'.length));
      return ({ claims }) => claimAt(claims, steps);
    }
  }
}

function textOf(value: unknown): string {
  if (value instanceof Set) return [...value].map((one) => escaped(String(one))).join(' ');
  if (typeof value === 'string') return escaped(value);
  if (Array.isArray(value) && value.every((one) => typeof one === 'string' || typeof one === 'number')) {
    return value.map((one) => escaped(String(one)).replaceAll(',', '%2C')).join(',');
  }
  return escaped(JSON.stringify(value));
}

function bytesOf(value: unknown): Uint8Array {
  const text =
    value instanceof Set ? [...value].join(' ') : typeof value === 'string' ? value : JSON.stringify(value);
  return new TextEncoder().encode(text);
}

/** Half a surrogate pair, which UTF-8 has no bytes for, becomes U+FFFD. */
function escaped(text: string): string {
  return text.replace(/[^\x21-\x24\x26-\x7e]+/g, (part) =>
    [...new TextEncoder().encode(part)]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );
}
