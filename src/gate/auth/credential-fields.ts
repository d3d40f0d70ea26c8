import type { GateOptions } from '../options.js';
import { apiKeyNames } from './api-key/api-keys.js';

/** Header fields of requests, in lower case, that say who somebody is. */
export function credentialFields({ authentication }: GateOptions): readonly string[] {
  return [...new Set(['authorization', ...apiKeyNames(authentication).headers])];
}
