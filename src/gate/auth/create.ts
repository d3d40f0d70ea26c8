import type { Diagnostic } from '../../diagnostic/index.js';
import type { Limits } from '../../limits.js';
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

/** The limits that make authenticators what they are. */
export function authLimitsOf(limits: Limits): Partial<Limits> {
  const { tokenBytesMax, rememberedTokensMax, rememberedTokenBytesMax, fileReloadMs } = limits;
  const { issuerTimeoutMs, issuerAnswerBytesMax, issuerRefreshMs, issuerCooldownMs } = limits;
  const { issuerRetryMs, issuerKeysKeptMs, introspectionsMax, dpopProofAgeMsMax, dpopProofsMax } = limits;
  return {
    ...{ tokenBytesMax, rememberedTokensMax, rememberedTokenBytesMax, fileReloadMs },
    ...{ issuerTimeoutMs, issuerAnswerBytesMax, issuerRefreshMs, issuerCooldownMs },
    ...{ issuerRetryMs, issuerKeysKeptMs, introspectionsMax, dpopProofAgeMsMax, dpopProofsMax },
  };
}

/** What authenticators share, by what is said of all providers. */
export function createAuthShared(
  { realm = 'propylon', publicUrl, sidecars = [] }: Omit<AuthenticationOptions, 'providers'>,
  host: AuthHost,
): AuthShared {
  const { tokenBytesMax, rememberedTokensMax } = host.limits;
  const findCertificate = certificateFinder(isSidecarOf(sidecars));
  return {
    host,
    realm,
    tokens: new PresentedTokens(tokenBytesMax),
    issuers: new TokenIssuers(rememberedTokensMax),
    findCertificate,
    bindings: createBindings({ host, findCertificate, publicUrl }),
  };
}

/** Verifies the credentials of one provider. */
export function createAuthenticator(
  name: string,
  provider: ProviderOptions,
  shared: AuthShared,
): Authenticator {
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
