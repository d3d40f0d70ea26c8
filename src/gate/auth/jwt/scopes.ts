import { claimAt, stepsOf } from './claim-path.js';
import type { JwtProviderOptions } from './options.js';

type Preset = NonNullable<JwtProviderOptions['preset']>;

/** Where the scopes of a caller stand. `audiences` are the names that the API has with its issuer. */
const presets: Readonly<Record<Preset, (audiences: readonly string[]) => readonly (readonly string[])[]>> = {
  /** RFC 9068 §2.2.3, and what many call it besides. */
  generic: () => [['scope'], ['scp']],
  okta: () => [['scp']],
  /** `permissions` where the API has role-based access control. */
  auth0: () => [['scope'], ['permissions']],
  /** Roles of the realm, and those of the API as a client of its own. */
  keycloak: (audiences) => [
    ['scope'],
    ['realm_access', 'roles'],
    ...audiences.map((client) => ['resource_access', client, 'roles']),
  ],
  /** What a user lets an app do, and what an app or a user may do by itself. */
  entra: () => [['scp'], ['roles']],
};

/** Reads the scopes of a caller out of verified claims: texts of names with blanks between them, and lists of names. */
export function scopeReader({ preset = 'generic', scopes, aud }: JwtProviderOptions) {
  const paths = scopes?.map(stepsOf) ?? presets[preset](Array.isArray(aud) ? aud : []);
  return (claims: Readonly<Record<string, unknown>>): ReadonlySet<string> =>
    new Set(paths.flatMap((steps) => namesIn(claimAt(claims, steps))));
}

function namesIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.split(' ').filter((name) => name !== '');
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return list.filter((name) => typeof name === 'string');
}
