import type { Diagnostic } from '../../diagnostic/index.js';
import type { GateHost } from '../resources.js';
import type { Authenticator } from './authenticator.js';
import { createJwtAuthenticator } from './jwt/jwt-authenticator.js';
import type { AuthenticationOptions, ProviderOptions } from './options.js';
import { PresentedTokens } from './presented-tokens.js';

/** What authenticators are made with. */
export interface AuthHost extends GateHost {
  /** Told of what is wrong at the start; what goes wrong later is for `warn`. */
  readonly report: (diagnostic: Diagnostic) => void;
}

/** What the authenticators of all providers share. */
export interface AuthShared {
  readonly host: AuthHost;
  /** A protection space (RFC 9110 §11.5). */
  readonly realm: string;
  readonly tokens: PresentedTokens;
}

/** One authenticator for each provider, in the order of the configuration. */
export function createAuthenticators(
  options: AuthenticationOptions | undefined,
  host: AuthHost,
): readonly Authenticator[] {
  if (options === undefined) return [];
  const { realm = 'propylon', providers } = options;
  const shared: AuthShared = { host, realm, tokens: new PresentedTokens(host.limits.tokenBytesMax) };
  return Object.entries(providers).map(([name, provider]) => create(name, provider, shared));
}

function create(name: string, provider: ProviderOptions, shared: AuthShared): Authenticator {
  switch (provider.type) {
    case 'jwt':
      return createJwtAuthenticator(name, provider, shared);
  }
}
