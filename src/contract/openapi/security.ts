import type { GateOptions, Policy } from '../../gate/index.js';
import { compact, type JsonObject } from '../json.js';

/** Names of security schemes → what they are. */
export type SecuritySchemes = Readonly<Record<string, JsonObject>>;

type Provider = NonNullable<GateOptions['authentication']>['providers'][string];

/** Where nobody has said how callers are authenticated: by a token of some kind. */
const someToken: JsonObject = {
  type: 'http',
  scheme: 'bearer',
  description: 'A token in the header field Authorization.',
};

/** The providers of a gateway as security schemes, by their names. */
export function securitySchemes(authentication: GateOptions['authentication']): SecuritySchemes {
  const providers = Object.entries(authentication?.providers ?? {});
  if (providers.length === 0) return { bearer: someToken };
  return Object.fromEntries(providers.map(([name, provider]) => [name, schemeOf(provider)]));
}

function schemeOf(provider: Provider): JsonObject {
  switch (provider.type) {
    case 'jwt': {
      const { issuer, keys } = provider;
      if (keys === undefined && typeof issuer === 'string') {
        const openIdConnectUrl = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
        return { type: 'openIdConnect', openIdConnectUrl };
      }
      return { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' };
    }
    case 'introspection':
      return someToken;
    case 'apiKey':
      return compact({ type: 'apiKey', in: 'header', name: provider.header ?? 'X-Api-Key' });
    case 'certificate':
      return { type: 'mutualTLS', description: 'A client certificate.' };
  }
}

/** What callers of a method must show: alternatives of schemes and scopes; undefined where anybody may call. */
export function securityOf(
  { authentication, authorization }: Policy,
  schemes: SecuritySchemes,
  isGuarded: boolean,
): readonly JsonObject[] | undefined {
  const mode = authentication?.mode ?? 'required';
  if (!isGuarded || mode === 'none') return undefined;
  const { scopes = [], anyScopes = [] } = authorization ?? {};
  const sets = anyScopes.length === 0 ? [scopes] : anyScopes.map((scope) => [...scopes, scope]);
  const names = authentication?.providers ?? Object.keys(schemes);
  const alternatives = names.flatMap((name) => sets.map((set): JsonObject => ({ [name]: set })));
  return mode === 'optional' ? [...alternatives, {}] : alternatives;
}

/** The schemes that requirements name; one that nobody has described is taken for a token. */
export function usedSchemes(
  requirements: Iterable<JsonObject>,
  schemes: SecuritySchemes,
): JsonObject | undefined {
  const names = [...new Set([...requirements].flatMap((requirement) => Object.keys(requirement)))].sort();
  if (names.length === 0) return undefined;
  return Object.fromEntries(names.map((name) => [name, schemes[name] ?? someToken]));
}

/** What of a policy a reader wants to know who cannot read it off the scopes. */
export function scopeSentence({ authorization }: Policy): string | undefined {
  const { scopes = [], anyScopes = [] } = authorization ?? {};
  const list = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');
  const parts = [
    ...(scopes.length === 0 ? [] : [`Scopes: ${list(scopes)}.`]),
    ...(anyScopes.length === 0 ? [] : [`One of the scopes: ${list(anyScopes)}.`]),
  ];
  return parts.length === 0 ? undefined : parts.join(' ');
}
