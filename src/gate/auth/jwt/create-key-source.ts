import type { AuthHost } from '../create.js';
import { watchFile } from '../watched-file.js';
import { type Algorithm, asymmetricAlgorithms } from './algorithm.js';
import { discoverJwksUrl } from './discovery.js';
import { fetchJson } from './fetch-json.js';
import { IssuerKeys } from './issuer-keys.js';
import { keysOfSet } from './jwks.js';
import { KeyRing } from './key-ring.js';
import type { KeySource } from './key-source.js';
import type { JwtProviderOptions } from './options.js';
import {
  keyOfJwk,
  keyOfPem,
  keyOfSecret,
  type UnusableKey,
  type VerificationKey,
} from './verification-key.js';

/** The algorithms that count where a provider names none. */
export function algorithmsOf({ algorithms, keys }: JwtProviderOptions): readonly Algorithm[] {
  const isSecret = keys?.secretFile !== undefined || jwksIn(keys).some(({ kty }) => kty === 'oct');
  return algorithms ?? (isSecret ? ['HS256'] : asymmetricAlgorithms);
}

/** Where a provider's keys come from. What is wrong with keys that are at hand is reported. */
export function createKeySource(name: string, options: JwtProviderOptions, host: AuthHost): KeySource {
  const { keys } = options;
  const allowed = algorithmsOf(options);
  if (keys?.pem !== undefined) return ofKeys([keyOfPem(keys.pem, allowed)], name, host);
  if (keys?.jwk !== undefined)
    return ofKeys(
      jwksIn(keys).map((jwk) => keyOfJwk(jwk, allowed)),
      name,
      host,
    );
  if (keys?.pemFile !== undefined) return ofFile(keys.pemFile, host, (content) => keyOfPem(content, allowed));
  if (keys?.secretFile !== undefined)
    return ofFile(keys.secretFile, host, (content) => keyOfSecret(withoutLineBreak(content), allowed));
  if (keys?.jwksFile !== undefined)
    return ofFile(keys.jwksFile, host, (content) => ofJwksFile(content, allowed));
  return ofIssuer(name, options, host, allowed);
}

function jwksIn(keys: JwtProviderOptions['keys']) {
  return [keys?.jwk ?? []].flat();
}

/** A text editor ends a file with a line break, which is no part of a secret. */
function withoutLineBreak(content: Buffer): Buffer {
  const end = content.at(-1) !== 0x0a ? 0 : content.at(-2) === 0x0d ? 2 : 1;
  return content.subarray(0, content.length - end);
}

function ofKeys(
  keys: readonly (VerificationKey | UnusableKey)[],
  provider: string,
  { report }: AuthHost,
): KeySource {
  const usable: VerificationKey[] = [];
  for (const key of keys) {
    if (!('problem' in key)) usable.push(key);
    else {
      const text = `A key of the provider "${provider}" ${key.problem}.`;
      report({ severity: 'error', code: 'KEY_UNUSABLE', text, locations: [] });
    }
  }
  const ring = new KeyRing();
  ring.replace(usable);
  return { find: (kid, algorithm) => ring.fitting(kid, algorithm), close: () => {} };
}

function ofFile(
  file: string,
  host: AuthHost,
  read: (content: Buffer) => VerificationKey | readonly VerificationKey[] | UnusableKey,
): KeySource {
  const ring = new KeyRing();
  const close = watchFile(file, host, (content) => {
    const found = read(content);
    if ('problem' in found) return `has a key that cannot be used: it ${found.problem}`;
    ring.replace([found].flat());
    return undefined;
  });
  return { find: (kid, algorithm) => ring.fitting(kid, algorithm), close };
}

function ofJwksFile(
  content: Buffer,
  allowed: readonly Algorithm[],
): readonly VerificationKey[] | UnusableKey {
  try {
    const keys = keysOfSet(JSON.parse(content.toString('utf8')), allowed);
    return keys === undefined || keys.length === 0
      ? { problem: 'is in no JWK set that has public keys' }
      : keys;
  } catch {
    return { problem: 'is in no JSON' };
  }
}

function ofIssuer(
  provider: string,
  { issuer, keys, allowHttp = false }: JwtProviderOptions,
  { clock, limits, warn }: AuthHost,
  allowed: readonly Algorithm[],
): KeySource {
  const fetchKeys = async (signal: AbortSignal): Promise<readonly VerificationKey[]> => {
    const get = (url: string): Promise<unknown> =>
      fetchJson(url, { signal, allowHttp, bytesMax: limits.issuerAnswerBytesMax });
    const url = keys?.jwksUrl ?? (await discoverJwksUrl(String(issuer), get));
    const found = keysOfSet(await get(url), allowed);
    if (found === undefined) throw new Error(`${url} has no JWK set.`);
    return found;
  };
  return new IssuerKeys({ clock, limits, warn, provider, fetchKeys });
}
