import { isObject } from './unverified-token.js';

/** Fetches JSON; rejects where it cannot be had. */
export type FetchJson = (url: string) => Promise<unknown>;

/**
 * Where an issuer publishes its keys (OpenID Connect Discovery 1.0 §4). Rejects where the document is
 * of another issuer: it would be another's keys that are trusted (§4.3).
 */
export async function discoverJwksUrl(issuer: string, fetchJson: FetchJson): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const document = await fetchJson(url);
  if (!isObject(document) || document['issuer'] !== issuer)
    throw new Error(`${url} is not the document of the issuer ${issuer}.`);
  const jwksUrl = document['jwks_uri'];
  if (typeof jwksUrl !== 'string') throw new Error(`${url} has no jwks_uri.`);
  if (issuer.startsWith('https:') && !jwksUrl.startsWith('https:'))
    throw new Error(`${url} has a jwks_uri that is not https.`);
  return jwksUrl;
}
