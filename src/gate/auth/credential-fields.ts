import type { GateOptions } from '../options.js';
import { apiKeyNames } from './api-key/api-keys.js';

/** Header fields of requests, in lower case, that say who somebody is. */
export function credentialFields({ authentication }: GateOptions): readonly string[] {
  const types = Object.values(authentication?.providers ?? {}).map(({ type }) => type);
  const hasTokens = types.includes('jwt') || types.includes('introspection');
  return [...new Set([...(hasTokens ? ['authorization'] : []), ...apiKeyNames(authentication).headers])];
}
