import type { Diagnostic } from '../../diagnostic/index.js';
import type { GateHost } from '../resources.js';
import { createApiKeys } from './api-key/api-keys.js';
import type { Authenticator } from './authenticator.js';
import { type Bindings, createBindings } from './binding/binding.js';
import { createCertificates } from './certificate/certificates.js';
import { certificateFinder, type FindCertificate } from './certificate/find-certificate.js';
import { isSidecarOf } from './certificate/sidecars.js';
import { createIntrospection } from './introspection/introspection.js';
import { createJwtAuthenticator } from './jwt/jwt-authenticator.js';
import type { AuthenticationOptions, ProviderOptions } from './options.js';
import { PresentedTokens } from './presented-tokens.js';
import { TokenIssuers } from './token-issuers.js';

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
  readonly findCertificate: FindCertificate;
  /** Whether tokens may be sent by whoever sends them. */
  readonly bindings: Bindings;
  readonly issuers: TokenIssuers;
}

/** One authenticator for each provider, in the order of the configuration. */
export function createAuthenticators(
  options: AuthenticationOptions | undefined,
  host: AuthHost,
): readonly Authenticator[] {
  if (options === undefined) return [];
  const { realm = 'propylon', publicUrl, sidecars = [], providers } = options;
  const { tokenBytesMax, rememberedTokensMax } = host.limits;
  const findCertificate = certificateFinder(isSidecarOf(sidecars));
  const shared: AuthShared = {
    host,
    realm,
    tokens: new PresentedTokens(tokenBytesMax),
    issuers: new TokenIssuers(rememberedTokensMax),
    findCertificate,
    bindings: createBindings({ host, findCertificate, publicUrl }),
  };
  return Object.entries(providers).map(([name, provider]) => create(name, provider, shared));
}

function create(name: string, provider: ProviderOptions, shared: AuthShared): Authenticator {
  switch (provider.type) {
    case 'jwt':
      return createJwtAuthenticator(name, provider, shared);
    case 'introspection':
      return createIntrospection(name, provider, shared);
    case 'apiKey':
      return createApiKeys(name, provider, shared);
    case 'certificate':
      return createCertificates(name, provider, shared);
  }
}
